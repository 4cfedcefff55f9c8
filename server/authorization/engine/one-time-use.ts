import { errors } from 'oidc-provider'
import { reusedReason } from '#server/grants/grants.ts'
import { hashSecret } from '../../secrets.ts'
import type { OneTimeUse } from '../token/token-writes.ts'
import type { AdapterDeps } from './adapter-deps.ts'
import { consumePayload, consumeRefreshToken, findPayload } from './payload-statements.ts'
import { refreshGraceSeconds } from './stored-payload.ts'

/**
 * Marks a code or refresh token as used, once however many requests come at the same time. The engine first finds and later consumes, so the
 * statement must have the condition (RFC 6749 §4.1.2, RFC 9700 §4.14.2).
 */
export function oneTimeUse(
  { db, clock, grants }: Pick<AdapterDeps, 'db' | 'clock' | 'grants'>,
  kind: string,
  id: string,
): OneTimeUse {
  const now = clock.now().getTime()
  const idHash = hashSecret(id)
  return {
    take:
      kind === 'RefreshToken'
        ? consumeRefreshToken(db, now, idHash, now - refreshGraceSeconds * 1000)
        : consumePayload(db, kind, idHash, now),
    async refuse() {
      if (kind === 'PushedAuthorizationRequest')
        throw new errors.InvalidRequestUri('request_uri was already used')
      const row = await findPayload(db, kind, id)
      if (row?.grant_id) await grants.endByEngine(row.grant_id, reusedReason)
      throw new errors.InvalidGrant(
        kind === 'RefreshToken' ? 'refresh token already used' : 'authorization code already consumed',
      )
    },
  }
}
