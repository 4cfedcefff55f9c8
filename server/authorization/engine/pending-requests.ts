import type { Adapter } from 'oidc-provider'
import { createSeals } from '../../seal.ts'
import { hashSecret } from '../../secrets.ts'
import type { OidcPayloadTable } from '../../store/schema/grants.ts'
import type { AdapterDeps } from './adapter-deps.ts'
import { findPayload } from './payload-statements.ts'
import {
  createSealedInteractions,
  type SealedInteraction,
  withSealedInteractions,
} from './sealed-interactions.ts'
import { interactionSeconds, toPayload, withoutIds } from './stored-payload.ts'

const kind = 'Interaction'

/** Authorization requests that wait for the person: sealed in cookies of the browser, and in the database once they are answered. */
export function pendingRequests(
  stored: Adapter,
  { db, clock, keys, random, portalUrl, limits }: AdapterDeps,
): Adapter {
  const now = () => clock.now().getTime()
  const sealed = createSealedInteractions({
    seals: createSeals(keys.cookie, 'onpatient authorization request', random),
    limitCharacters: limits.authorizationRequestCharacters,
    isSecure: portalUrl.startsWith('https:'),
    lifetimeSeconds: interactionSeconds,
    now,
  })
  return withSealedInteractions(stored, sealed, {
    async find(uid) {
      const row = await findPayload(db, kind, uid)
      return row && { isAnswered: row.consumed_at !== null, payload: toPayload(row, uid, now()) }
    },
    async markAnswered(uid) {
      // uses the primary key
      await db
        .updateTable('oidc_payload')
        .set({ consumed_at: now(), payload: '{}' })
        .where('kind', '=', kind)
        .where('id_hash', '=', hashSecret(uid))
        .execute()
    },
    toSealable: (payload, expiresIn) => ({
      payload: JSON.stringify(withoutIds(payload)),
      expiresAt: now() + expiresIn * 1000,
    }),
    toPayload: (uid, interaction) => toPayload(toRow(uid, interaction), uid, now()),
  })
}

/** The row as it would be stored. */
function toRow(uid: string, { payload, expiresAt }: SealedInteraction): OidcPayloadTable {
  return {
    kind,
    id_hash: hashSecret(uid),
    payload,
    grant_id: null,
    uid: null,
    expires_at: expiresAt,
    consumed_at: null,
  }
}
