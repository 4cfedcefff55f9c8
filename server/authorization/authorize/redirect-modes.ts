import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { renderErrorPage } from '#server/pages/error-page.ts'
import type { ErrorDetails } from '../engine/error-details.ts'
import type { EngineHook } from '../engine/exchange.ts'
import { isStillRegistered, replaceResponseModes } from '../engine/oidc-internals.ts'
import { describeOAuthError } from '../error-words.ts'
import { appendToRedirect, redirectGoneWords } from './redirect-answer.ts'

/** Sends people back to exactly the registered address, with errors in plain words. */
export function sendBackAsRegistered(provider: Provider, detailOf: ErrorDetails): void {
  replaceResponseModes(provider, (mode, handle) => (ctx, redirectUri, payload) => {
    if (!isStillRegistered(ctx, redirectUri)) return showRedirectGone(ctx)
    const said =
      payload.error === undefined
        ? payload
        : {
            ...payload,
            error_description: describeOAuthError(payload.error_description ?? payload.error, detailOf(ctx)),
          }
    if (mode !== 'query' && mode !== 'fragment') return handle(ctx, redirectUri, said)
    // Old clients know 302 only (RFC 6749 shows it in all its examples).
    ctx.status = 302
    ctx.set('location', appendToRedirect(redirectUri, said, mode === 'query' ? '?' : '#'))
  })
}

export const redirectBy302: EngineHook = async (ctx, next) => {
  await next()
  if (ctx.path.startsWith('/o/authorize') && ctx.status === 303) ctx.status = 302
}

/** The developer removed the address while the person decided. Nothing is sent there any more, also no code. */
function showRedirectGone(ctx: KoaContextWithOIDC): void {
  ctx.status = 400
  ctx.type = 'text/html; charset=utf-8'
  ctx.body = renderErrorPage({
    status: 400,
    title: 'This app could not be connected',
    message: redirectGoneWords,
    requestId: String(ctx.res.getHeader('x-request-id') ?? ''),
  })
}
