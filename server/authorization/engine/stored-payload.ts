import type { AdapterPayload } from 'oidc-provider'
import type { OidcPayloadTable } from '../../store/schema/grants.ts'

/**
 * For so long after its first use a refresh token may be presented again, any number of times: several tabs of an application ask at the
 * same moment, and answers get lost. Each request gets tokens of its own, and all of them work.
 */
export const refreshGraceSeconds = 30

/** A person may take so long for an authorization request. */
export const interactionSeconds = 3600

/** A used code is remembered this long. A second use within this time is recognised, and ends the tokens of the first. */
export const usedCodeMemorySeconds = 24 * 3600

/** The engine's own id is the secret itself, so it is not stored in the payload. The session cookie is not stored either. */
export function withoutIds(payload: AdapterPayload): AdapterPayload {
  const { jti: _secret, ...rest } = payload
  const session = rest.session as { cookie?: string } | undefined
  if (!session?.cookie) return rest
  const { cookie: _cookie, ...kept } = session
  return { ...rest, session: kept }
}

/**
 * The engine reads the system's clock. `exp` is set so that the time that remains is the time that remains by the server's clock.
 */
export function toPayload(
  row: OidcPayloadTable,
  id: string | undefined,
  now: number,
): AdapterPayload | undefined {
  const isCode = row.kind === 'AuthorizationCode'
  const expiresAt = isCode ? row.expires_at - usedCodeMemorySeconds * 1000 : row.expires_at
  const payload = JSON.parse(row.payload) as AdapterPayload
  const consumed = row.consumed_at !== null && !isInGrace(row, now)
  // A used code must not look expired: then the engine would refuse it without ending the tokens of its first use.
  const remaining = isCode && consumed ? 60 : Math.ceil((expiresAt - now) / 1000)
  return {
    ...payload,
    ...(id === undefined ? {} : { jti: id }),
    // The time of the request, which is compared with sign-ins.
    ...(row.kind === 'Interaction' ? { iat: row.expires_at / 1000 - interactionSeconds } : {}),
    exp: Math.floor(Date.now() / 1000) + remaining,
    ...(consumed ? { consumed: true } : {}),
  }
}

function isInGrace(row: OidcPayloadTable, now: number): boolean {
  return (
    row.kind === 'RefreshToken' &&
    row.consumed_at !== null &&
    row.consumed_at > now - refreshGraceSeconds * 1000
  )
}
