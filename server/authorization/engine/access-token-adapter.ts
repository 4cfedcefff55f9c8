import type { Adapter } from 'oidc-provider'
import { hashSecret } from '../../secrets.ts'
import type { AdapterDeps } from './adapter-deps.ts'

/**
 * Access tokens live in a narrow table of their own, which every API request reads once. What the engine needs for
 * introspection and revocation is put together from the token and its grant.
 */
export function withAccessTokens(stored: Adapter, { db, clock, grants, writes }: AdapterDeps): Adapter {
  return {
    ...stored,
    async upsert(id, payload, expiresIn = 0) {
      const token = {
        token: id,
        grantId: payload.grantId ?? '',
        scopes: (payload.scope ?? '').split(' '),
        expiresAt: new Date(clock.now().getTime() + expiresIn * 1000),
        keyThumbprint: payload.jkt,
      }
      await writes.add(grants.writeAccessToken(token))
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
      const shift = Date.now() - clock.now().getTime()
      const expiresAt = Math.min(row.expires_at, row.grant_expires_at ?? Number.POSITIVE_INFINITY)
      return {
        kind: 'AccessToken',
        jti: id,
        grantId: row.grant_id,
        accountId: row.account_id,
        clientId: row.application_id,
        scope: row.scopes,
        iat: Math.floor(row.issued_at / 1000),
        exp: Math.floor((expiresAt + shift) / 1000),
        ...(row.jkt === null ? {} : { jkt: row.jkt }),
      }
    },
    async destroy(id) {
      await db.deleteFrom('access_token').where('token_hash', '=', hashSecret(id)).execute()
    },
  }
}
