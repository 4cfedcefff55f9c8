import type { Adapter } from 'oidc-provider'
import { hashSecret } from '../../secrets.ts'
import type { AdapterDeps } from './adapter-deps.ts'
import { storedAccessTokens } from './stored-access-token.ts'

/**
 * Access tokens live in a narrow table of their own, which every API request reads once. What the engine needs for
 * introspection and revocation is put together from the token and its grant.
 */
export function withAccessTokens(stored: Adapter, deps: AdapterDeps): Adapter {
  const { db } = deps
  const tokens = storedAccessTokens(deps)
  return {
    ...stored,
    async upsert(id, payload, expiresIn = 0) {
      await tokens.write(id, payload, { grantId: payload.grantId ?? '', expiresIn })
    },
    async find(id) {
      const row = await db
        .selectFrom('access_token')
        .innerJoin('grant', 'grant.id', 'access_token.grant_id')
        .selectAll('access_token')
        .select(['grant.account_id', 'grant.application_id', 'grant.expires_at as grant_expires_at'])
        .where('access_token.token_hash', '=', hashSecret(id))
        .where('grant.ended_at', 'is', null)
        .where('grant.practice_id', 'is', null)
        .executeTakeFirst()
      if (!row) return undefined
      const expiresAt = Math.min(row.expires_at, row.grant_expires_at ?? Number.POSITIVE_INFINITY)
      return {
        kind: 'AccessToken',
        ...tokens.toPayload(id, row, expiresAt),
        grantId: row.grant_id,
        accountId: row.account_id,
        clientId: row.application_id,
      }
    },
    destroy: tokens.remove,
  }
}
