import type { KoaContextWithOIDC } from 'oidc-provider'
import { renderErrorPage } from '#server/pages/error-page.ts'
import { describeOAuthError } from '../error-words.ts'
import type { EngineDeps } from './engine-deps.ts'

/** The page for a request that must not be sent back to its application. */
export function renderRefusal(
  deps: Pick<EngineDeps, 'applications'>,
  ctx: KoaContextWithOIDC,
  description: string | undefined,
): void {
  ctx.type = 'text/html; charset=utf-8'
  ctx.body = renderErrorPage({
    status: ctx.status,
    title: 'This app could not be connected',
    message: describeRefusal(ctx.oidc?.params?.redirect_uri, description, deps),
    requestId: String(ctx.res.getHeader('x-request-id') ?? ''),
  })
}

/** A registered address may be refused. The engine's words "did not match" would not show why. */
function describeRefusal(
  redirectUri: unknown,
  given: string | undefined,
  { applications }: Pick<EngineDeps, 'applications'>,
): string {
  if (typeof redirectUri === 'string' && !applications.maySendTo(redirectUri))
    return 'This app wants you sent back to an address on plain http, where anyone on the way can read the answer. This server does not do that. Its developer has to register an https:// address.'
  return describeOAuthError(given, undefined)
}
