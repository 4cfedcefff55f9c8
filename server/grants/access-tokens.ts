import type { CompiledQuery } from 'kysely'
import { hashSecret } from '../secrets.ts'
import { preparedWrite } from '../store/prepared-query.ts'
import type { GrantsDeps } from './grants-deps.ts'
import type { NewAccessToken } from './grants-interface.ts'

const insertToken = preparedWrite(
  (
    db,
    // The columns in this order; the parameters of a prepared statement have positions.
    ...[hash, grantId, scopes, issuedAt, expiresAt, keyThumbprint]: [
      hash: string,
      grantId: string,
      scopes: string,
      issuedAt: number,
      expiresAt: number,
      keyThumbprint: string | null,
    ]
  ) =>
    db.insertInto('access_token').values({
      token_hash: hash,
      grant_id: grantId,
      scopes,
      issued_at: issuedAt,
      expires_at: expiresAt,
      jkt: keyThumbprint,
    }),
)

type TokenDeps = Pick<GrantsDeps, 'db' | 'clock'>

export function writeAccessToken(
  { db, clock }: TokenDeps,
  { token, grantId, scopes, expiresAt, keyThumbprint }: NewAccessToken,
): CompiledQuery {
  const key = keyThumbprint ?? null
  const now = clock.now().getTime()
  return insertToken(db, hashSecret(token), grantId, scopes.join(' '), now, expiresAt.getTime(), key)
}

export async function storeAccessToken(deps: TokenDeps, token: NewAccessToken): Promise<void> {
  await deps.db.executeQuery(writeAccessToken(deps, token))
}

const expiredTokenMemoryMs = 30 * 24 * 3600 * 1000

export async function sweepAccessTokens({ db, clock }: TokenDeps): Promise<void> {
  // uses access_token_expiry
  await db
    .deleteFrom('access_token')
    .where('expires_at', '<=', clock.now().getTime() - expiredTokenMemoryMs)
    .execute()
}
