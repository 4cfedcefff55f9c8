import type { Adapter } from 'oidc-provider'
import { reusedReason } from '#server/grants/grants.ts'
import { hashSecret } from '../../secrets.ts'
import type { OidcPayloadTable } from '../../store/schema/grants.ts'
import { withPushedLimits } from '../authorize/pushed-limits.ts'
import { withAccessTokens } from './access-token-adapter.ts'
import type { AdapterDeps } from './adapter-deps.ts'
import { answeringStoreFailures } from './answering-store-failures.ts'
import { clientAdapter } from './client-adapter.ts'
import { currentTokenRequest } from './oidc-internals.ts'
import { oncePerTokenRequest } from './once-per-token-request.ts'
import { oneTimeUse } from './one-time-use.ts'
import { isGrantOpen } from './open-grant.ts'
import { findPayload, renewGrant, upsertPayload } from './payload-statements.ts'
import { pendingRequests } from './pending-requests.ts'
import { toPayload, usedCodeMemorySeconds, withoutIds } from './stored-payload.ts'

/** Rows that are stored for longer than what they stand for lasts. */
const marginSeconds: Record<string, number> = {
  AuthorizationCode: usedCodeMemorySeconds,
  // With this margin not every refresh token has to renew it.
  Grant: 24 * 3600,
}

/** The storage of the engine, by the name of its model. Of every id only the hash is stored. */
export function createAdapter(deps: AdapterDeps): (kind: string) => Adapter {
  const findGrantRow = oncePerTokenRequest((id) => findPayload(deps.db, 'Grant', id))
  return (kind) => {
    if (kind === 'Client') return answeringStoreFailures(clientAdapter(deps.applications))
    const stored = payloadAdapter(kind, deps, findGrantRow)
    if (kind === 'PushedAuthorizationRequest') return answeringStoreFailures(withPushedLimits(stored, deps))
    if (kind === 'Interaction') return answeringStoreFailures(pendingRequests(stored, deps))
    if (kind === 'AccessToken' || kind === 'ClientCredentials')
      return answeringStoreFailures(withAccessTokens(kind, stored, deps))
    return answeringStoreFailures(stored)
  }
}

function payloadAdapter(
  kind: string,
  deps: AdapterDeps,
  findGrantRow: (id: string) => Promise<OidcPayloadTable | undefined>,
): Adapter {
  const { db, clock, grants, writes } = deps
  const now = () => clock.now().getTime()

  return {
    async upsert(id, payload, expiresIn = 0) {
      const { grantId = null, uid = null } = payload
      const expiresAt = now() + (expiresIn + (marginSeconds[kind] ?? 0)) * 1000
      const text = JSON.stringify(withoutIds(payload))
      await writes.add(upsertPayload(db, kind, hashSecret(id), text, grantId, uid, expiresAt))
      if (kind !== 'RefreshToken' || grantId === null) return
      // Every use of a refresh token renews it. The engine's grant must outlive the newest refresh token.
      const grant = await findGrantRow(grantId)
      if (grant && grant.expires_at < expiresAt)
        await writes.add(renewGrant(db, grant.id_hash, expiresAt + (marginSeconds.Grant ?? 0) * 1000))
    },
    async find(id) {
      if (kind === 'Grant' && !(await isGrantOpen(deps, id))) return undefined
      const row = await (kind === 'Grant' ? findGrantRow(id) : findPayload(db, kind, id))
      return row && toPayload(row, id, now())
    },
    async findByUid(uid) {
      // uses oidc_payload_uid
      const row = await db
        .selectFrom('oidc_payload')
        .selectAll()
        .where('kind', '=', kind)
        .where('uid', '=', uid)
        .executeTakeFirst()
      return row && toPayload(row, undefined, now())
    },
    findByUserCode: async () => undefined,
    async consume(id) {
      await writes.use(oneTimeUse(deps, kind, id))
    },
    async destroy(id) {
      await db
        .deleteFrom('oidc_payload')
        .where('kind', '=', kind)
        .where('id_hash', '=', hashSecret(id))
        .execute()
    },
    async revokeByGrantId(grantId) {
      // The end of the grant ends everything that belongs to it. The rows are swept when they expire.
      const isReuse = currentTokenRequest() !== undefined
      await grants.endByEngine(grantId, isReuse ? reusedReason : 'the application ended it')
    },
  }
}
