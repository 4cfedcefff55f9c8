import type { Db } from '../store/store.ts'
import { forgetChange } from './application-changes.ts'
import type { ApplicationsDeps } from './applications-deps.ts'
import { getOwned } from './find-application.ts'

export async function removeApplication(
  deps: Pick<ApplicationsDeps, 'db' | 'clock' | 'onRemoved'>,
  { ownerAccountId, applicationId }: { ownerAccountId: string; applicationId: string },
): Promise<void> {
  await getOwned(deps, { ownerAccountId, applicationId })
  await deps.db
    .updateTable('application')
    .set({ deleted_at: deps.clock.now().getTime() })
    .where('id', '=', applicationId)
    .where('owner_account_id', '=', ownerAccountId)
    .execute()
  await deps.onRemoved(applicationId)
}

export async function removeAllOf(
  { clock }: Pick<ApplicationsDeps, 'clock'>,
  tx: Db,
  ownerAccountId: string,
): Promise<void> {
  // uses application_owner
  const owned = await tx
    .updateTable('application')
    .set({ deleted_at: clock.now().getTime(), registration_token_hash: null })
    .where('owner_account_id', '=', ownerAccountId)
    .where('deleted_at', 'is', null)
    .returning('id')
    .execute()
  for (const { id } of owned) await forgetChange(tx, id)
  await tx.deleteFrom('registration_token').where('owner_account_id', '=', ownerAccountId).execute()
}
