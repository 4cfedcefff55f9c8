import type { KoaContextWithOIDC } from 'oidc-provider'
import { storeRetrySeconds } from '../../store/store-failure.ts'
import { describeOAuthError } from '../error-words.ts'
import type { ErrorDetails } from './error-details.ts'
import type { EngineHook } from './exchange.ts'

type Body = Record<string, unknown>

/** Gives errors plain words and their challenges. */
export function answerPlainly(detailOf: ErrorDetails, { portalUrl }: { portalUrl: string }): EngineHook {
  return async (ctx, next) => {
    await next()
    if (ctx.status === 503) ctx.set('retry-after', String(storeRetrySeconds))
    // The engine sends no body here. simple-oauth2 takes only JSON, and RFC 7009 §2.2 leaves the body open.
    if (ctx.path === '/o/revoke/' && ctx.status === 200) ctx.body = {}
    const body = ctx.body as Body | undefined
    if (typeof body !== 'object' || body === null || typeof body.error !== 'string') return
    sayPlainly(body, detailOf(ctx))
    if (body.error === 'invalid_client') challenge(ctx as unknown as KoaContextWithOIDC, portalUrl)
    body.request_id = ctx.res.getHeader('x-request-id')
  }
}

function sayPlainly(body: Body, detail: string | undefined): void {
  // RFC 6749 §5.2 has a code of its own for it.
  if (body.error_description === 'requested grant type is not allowed for this client')
    body.error = 'unauthorized_client'
  // §5.2: the request has no client authentication, or uses a way that is not supported.
  if (withoutProof.test(String(body.error_description))) body.error = 'invalid_client'
  const given = body.error_description ?? body.error
  body.error_description = describeOAuthError(String(given), detail)
}

const withoutProof =
  /^(no client authentication mechanism provided|invalid authorization header value format|client_secret must be provided in the Authorization header|client_id and client_secret in the authorization header are not properly encoded)$/

/** RFC 6749 §5.2, RFC 9110 §15.5.2: 401 names the way that the client could have used. A client with a key or without a secret gets no such name. */
function challenge(ctx: KoaContextWithOIDC, realm: string): void {
  ctx.status = 401
  const method = ctx.oidc?.client?.tokenEndpointAuthMethod ?? 'client_secret_basic'
  const hasTried = ctx.req.headers.authorization !== undefined
  if (hasTried || method === 'client_secret_basic')
    ctx.set('www-authenticate', `Basic realm="${realm}", charset="UTF-8"`)
}
