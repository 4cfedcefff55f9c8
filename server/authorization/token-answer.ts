import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Logger } from '../logger.ts'
import { storeRetrySeconds } from '../store/store-failure.ts'
import { describeOAuthError } from './error-words.ts'

type Body = Record<string, unknown>

/** Hooks that run round the engine: plain words on errors, 302 on redirects. */
export function shapeAnswers(provider: Provider, { logger }: { logger: Logger }): void {
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

  provider.use(async (ctx, next) => {
    await next()
    if (!ctx.path.startsWith('/o/authorize')) return
    // Old clients know 302 only (RFC 6749 shows it in all its examples).
    if (ctx.status === 303) ctx.status = 302
    if (details.has(ctx)) sayPlainlyByRedirect(ctx, details.get(ctx))
  })

  provider.use(async (ctx, next) => {
    await next()
    if (ctx.status === 503) ctx.set('retry-after', String(storeRetrySeconds))
    // An answer without a body: simple-oauth2 takes only JSON, and RFC 7009 §2.2 leaves the body open.
    if (ctx.path === '/o/revoke/' && ctx.status === 200) ctx.body = {}
    const body = ctx.body as Body | undefined
    if (typeof body !== 'object' || body === null || typeof body.error !== 'string') return
    sayPlainly(body, details.get(ctx))
    body.request_id = ctx.res.getHeader('x-request-id')
  })
}

function sayPlainly(body: Body, detail: string | undefined): void {
  // RFC 6749 §5.2 has a code of its own for it.
  if (body.error_description === 'requested grant type is not allowed for this client')
    body.error = 'unauthorized_client'
  const given = body.error_description ?? body.error
  body.error_description = describeOAuthError(String(given), detail)
}

/** The same for what goes back to the application by redirect. All else of the address stays as it is, byte for byte. */
function sayPlainlyByRedirect(
  ctx: { response: { get(name: string): string }; set(name: string, value: string): void },
  detail: string | undefined,
): void {
  const location = ctx.response.get('location')
  const [whole, , error = ''] = /([?#&])error=([^&]*)/.exec(location) ?? []
  if (whole === undefined) return
  const [, given = error] = /[?#&]error_description=([^&]*)/.exec(location) ?? []
  const words = describeOAuthError(new URLSearchParams(`said=${given}`).get('said') ?? error, detail)
  const rest = location.replace(/([?#&])error_description=[^&]*&?/, '$1')
  ctx.set(
    'location',
    rest.replace(whole, () => `${whole}&error_description=${encodeURIComponent(words)}`),
  )
}
