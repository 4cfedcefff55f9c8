import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { renderErrorPage } from '#server/pages/error-page.ts'
import type { Logger } from '../../logger.ts'
import { storeRetrySeconds } from '../../store/store-failure.ts'
import { describeOAuthError } from '../error-words.ts'
import { isStillRegistered, replaceResponseModes } from './oidc-internals.ts'
import { appendToRedirect, redirectGoneWords } from '../authorize/redirect-answer.ts'

type Body = Record<string, unknown>

/** Hooks that run round the engine: plain words on errors, challenges, redirects that old clients know. */
export function shapeAnswers(
  provider: Provider,
  { logger, portalUrl }: { logger: Logger; portalUrl: string },
): void {
  const details = new WeakMap<object, string | undefined>()
  const remember = (ctx: KoaContextWithOIDC, error: { error_detail?: string | undefined }) => {
    details.set(ctx, error.error_detail)
  }
  provider.on('grant.error', remember)
  provider.on('revocation.error', remember)
  provider.on('introspection.error', remember)
  provider.on('pushed_authorization_request.error', remember)
  provider.on('authorization.error', remember)
  provider.on('server_error', (_ctx, error) =>
    logger.error({ err: error }, 'the authorization engine failed'),
  )

  replaceResponseModes(provider, (mode, handle) => (ctx, redirectUri, payload) => {
    if (!isStillRegistered(ctx, redirectUri)) return showRedirectGone(ctx)
    const said =
      payload.error === undefined
        ? payload
        : {
            ...payload,
            error_description: describeOAuthError(
              payload.error_description ?? payload.error,
              details.get(ctx),
            ),
          }
    if (mode !== 'query' && mode !== 'fragment') return handle(ctx, redirectUri, said)
    // Old clients know 302 only (RFC 6749 shows it in all its examples).
    ctx.status = 302
    ctx.set('location', appendToRedirect(redirectUri, said, mode === 'query' ? '?' : '#'))
  })

  provider.use(async (ctx, next) => {
    await next()
    if (ctx.path.startsWith('/o/authorize') && ctx.status === 303) ctx.status = 302
  })

  provider.use(async (ctx, next) => {
    await next()
    if (ctx.status === 503) ctx.set('retry-after', String(storeRetrySeconds))
    // An answer without a body: simple-oauth2 takes only JSON, and RFC 7009 §2.2 leaves the body open.
    if (ctx.path === '/o/revoke/' && ctx.status === 200) ctx.body = {}
    const body = ctx.body as Body | undefined
    if (typeof body !== 'object' || body === null || typeof body.error !== 'string') return
    sayPlainly(body, details.get(ctx))
    if (body.error === 'invalid_client') challenge(ctx as unknown as KoaContextWithOIDC, portalUrl)
    body.request_id = ctx.res.getHeader('x-request-id')
  })
}

/** Its developer took it away while the person decided. Nothing goes there any more, and the code is told to nobody. */
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

function sayPlainly(body: Body, detail: string | undefined): void {
  // RFC 6749 §5.2 has a code of its own for it.
  if (body.error_description === 'requested grant type is not allowed for this client')
    body.error = 'unauthorized_client'
  // §5.2: no client authentication included, or in a way that is not supported.
  if (withoutProof.test(String(body.error_description))) body.error = 'invalid_client'
  const given = body.error_description ?? body.error
  body.error_description = describeOAuthError(String(given), detail)
}

const withoutProof =
  /^(no client authentication mechanism provided|invalid authorization header value format|client_secret must be provided in the Authorization header|client_id and client_secret in the authorization header are not properly encoded)$/

/** RFC 6749 §5.2, RFC 9110 §15.5.2: 401 with what the client could have used; whoever has a key or nothing cannot use a secret. */
function challenge(ctx: KoaContextWithOIDC, realm: string): void {
  ctx.status = 401
  const method = ctx.oidc?.client?.tokenEndpointAuthMethod ?? 'client_secret_basic'
  const hasTried = ctx.req.headers.authorization !== undefined
  if (hasTried || method === 'client_secret_basic')
    ctx.set('www-authenticate', `Basic realm="${realm}", charset="UTF-8"`)
}
