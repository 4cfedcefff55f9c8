import { hashSecret } from '../../secrets.ts'
import { preparedQuery, preparedWrite } from '../../store/prepared-query.ts'
import type { OidcPayloadTable } from '../../store/schema/grants.ts'
import type { Db } from '../../store/store.ts'
import type { AdapterDeps } from './adapter-deps.ts'

// uses the primary key
const selectPayload = preparedQuery((db, kind: string, idHash: string) =>
  db.selectFrom('oidc_payload').selectAll().where('kind', '=', kind).where('id_hash', '=', idHash),
)

export async function findPayload(db: Db, kind: string, id: string): Promise<OidcPayloadTable | undefined> {
  const [row] = await selectPayload(db, kind, hashSecret(id))
  return row
}

// These use the primary key.
export const upsertPayload = preparedWrite(
  (
    db,
    // Parameters of a prepared statement have positions.
    ...[kind, idHash, payload, grantId, uid, expiresAt]: [
      kind: string,
      idHash: string,
      payload: string,
      grantId: string | null,
      uid: string | null,
      expiresAt: number,
    ]
  ) =>
    db
      .insertInto('oidc_payload')
      .values({
        kind,
        id_hash: idHash,
        payload,
        grant_id: grantId,
        uid,
        expires_at: expiresAt,
        consumed_at: null,
      })
      .onConflict((conflict) =>
        conflict.columns(['kind', 'id_hash']).doUpdateSet((eb) => ({
          payload: eb.ref('excluded.payload'),
          grant_id: eb.ref('excluded.grant_id'),
          uid: eb.ref('excluded.uid'),
          expires_at: eb.ref('excluded.expires_at'),
        })),
      ),
)

export const renewGrant = preparedWrite((db, grantIdHash: string, expiresAt: number) =>
  db
    .updateTable('oidc_payload')
    .set({ expires_at: expiresAt })
    .where('kind', '=', 'Grant')
    .where('id_hash', '=', grantIdHash)
    .where('expires_at', '<', expiresAt),
)

export const consumePayload = preparedWrite((db, kind: string, idHash: string, now: number) =>
  db
    .updateTable('oidc_payload')
    .set({ consumed_at: now })
    .where('kind', '=', kind)
    .where('id_hash', '=', idHash)
    .where('consumed_at', 'is', null)
    .returning('id_hash'),
)

/** The first use counts. Later uses within the time of grace do not make that time longer. */
export const consumeRefreshToken = preparedWrite((db, now: number, idHash: string, consumedAfter: number) =>
  db
    .updateTable('oidc_payload')
    .set((eb) => ({ consumed_at: eb.fn.coalesce('consumed_at', eb.cast<number>(eb.val(now), 'bigint')) }))
    .where('kind', '=', 'RefreshToken')
    .where('id_hash', '=', idHash)
    .where((eb) => eb.or([eb('consumed_at', 'is', null), eb('consumed_at', '>', consumedAfter)]))
    .returning('id_hash'),
)

/** Deletes rows of the engine that nobody can use any more. */
export async function sweepPayloads({ db, clock }: Pick<AdapterDeps, 'db' | 'clock'>): Promise<void> {
  // uses oidc_payload_expiry
  await db.deleteFrom('oidc_payload').where('expires_at', '<=', clock.now().getTime()).execute()
}
