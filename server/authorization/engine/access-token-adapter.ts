import type { Adapter, AdapterPayload } from 'oidc-provider'
import { hashSecret } from '../../secrets.ts'
import type { AdapterDeps } from './adapter-deps.ts'

/** The engine's models for tokens of people and of backend services. */
export type TokenKind = 'AccessToken' | 'ClientCredentials'

/**
 * Access tokens of people and of backend services have one narrow table, which every API request reads once. A token belongs to the grant
 * of a person or to the approval of a practice. The engine needs more for introspection and revocation; that is read from the grant.
 */
export function withAccessTokens(kind: TokenKind, stored: Adapter, deps: AdapterDeps): Adapter {
  const { db, clock, grants, writes } = deps
  return {
    ...stored,
    /** `expiresIn` in seconds. Written together with what else this token request writes. */
    async upsert(id, payload, expiresIn = 0) {
      const token = {
        token: id,
        grantId: grantIdOf(payload),
        scopes: (payload.scope ?? '').split(' '),
        expiresAt: new Date(clock.now().getTime() + expiresIn * 1000),
        keyThumbprint: payload.jkt,
      }
      await writes.add(grants.writeAccessToken(token))
    },
    async find(id) {
      const row = await findToken(deps, kind, id)
      return row && toPayload(deps, kind, id, row)
    },
    async destroy(id) {
      await db.deleteFrom('access_token').where('token_hash', '=', hashSecret(id)).execute()
      grants.forgetOpened()
    },
  }
}

/** The token of a backend service names its approval in an extra claim, because the engine gives it no grant. */
function grantIdOf({ grantId, extra }: AdapterPayload): string {
  const id = grantId ?? (extra as { grant_id?: string } | undefined)?.grant_id
  if (id === undefined) throw new Error('an access token belongs to no grant')
  return id
}

/** Uses the primary keys. A token of the other kind is not found. */
function findToken({ db }: AdapterDeps, kind: TokenKind, id: string) {
  return db
    .selectFrom('access_token')
    .innerJoin('grant', 'grant.id', 'access_token.grant_id')
    .selectAll('access_token')
    .select(['grant.account_id', 'grant.application_id', 'grant.expires_at as grant_expires_at'])
    .where('access_token.token_hash', '=', hashSecret(id))
    .where('grant.ended_at', 'is', null)
    .where('grant.practice_id', kind === 'AccessToken' ? 'is' : 'is not', null)
    .executeTakeFirst()
}

/** The engine compares `exp` with the time of the machine. */
function toPayload(
  { clock }: AdapterDeps,
  kind: TokenKind,
  id: string,
  row: NonNullable<Awaited<ReturnType<typeof findToken>>>,
): AdapterPayload {
  const expiresAt = Math.min(row.expires_at, row.grant_expires_at ?? Number.POSITIVE_INFINITY)
  const shift = Date.now() - clock.now().getTime()
  return {
    kind,
    jti: id,
    scope: row.scopes,
    iat: Math.floor(row.issued_at / 1000),
    exp: Math.floor((expiresAt + shift) / 1000),
    clientId: row.application_id,
    ...(row.jkt === null ? {} : { jkt: row.jkt }),
    ...(kind === 'AccessToken' ? { grantId: row.grant_id, accountId: row.account_id } : {}),
  }
}
