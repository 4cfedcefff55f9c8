import { OnpatientError } from '../errors.ts'
import { newId } from '../secrets.ts'
import type { GrantTable } from '../store/schema/grants.ts'
import type { Db } from '../store/store.ts'
import type { Grant } from './grant.ts'
import { type GrantContext, toContextRow } from './grant-context.ts'
import { toGrant } from './grant-state.ts'
import type { GrantsDeps } from './grants-deps.ts'

export interface GrantForm {
  accountId: string
  applicationId: string
  scopes: string[]
  associationIds: string[]
  expiresAt: Date | undefined
  /** For an application that works on one patient. */
  context?: GrantContext | undefined
  /** The sign-in in which the person gave it; unknown when it was not given in a browser. */
  signInId?: string | undefined
}

export async function createGrant(
  { db, clock, random }: Pick<GrantsDeps, 'db' | 'clock' | 'random'>,
  { accountId, applicationId, scopes, associationIds, expiresAt, context, signInId }: GrantForm,
): Promise<Grant> {
  const row: GrantTable = {
    id: newId('gr', random),
    account_id: accountId,
    application_id: applicationId,
    scopes: scopes.join(' '),
    created_at: clock.now().getTime(),
    expires_at: expiresAt?.getTime() ?? null,
    ended_at: null,
    end_reason: null,
    last_used_at: null,
    practice_id: null,
    sign_in_id: signInId ?? null,
  }
  const covered = associationIds.map((id) => ({ grant_id: row.id, association_id: id }))
  await db.transaction().execute(async (trx) => {
    if (signInId !== undefined) {
      await holdSignIn(trx, signInId)
      await holdPanels(trx, associationIds, signInId)
    }
    await trx.insertInto('grant').values(row).execute()
    if (covered.length > 0) await trx.insertInto('grant_association').values(covered).execute()
    if (context) await trx.insertInto('grant_context').values(toContextRow(row.id, context)).execute()
  })
  return toGrant(row)
}

/**
 * A change of the password ends the sign-ins, then the grants. This statement writes, so it waits for a change that is under way. The
 * next change waits for the caller's transaction, and ends its grant, too.
 */
async function holdSignIn(trx: Db, signInId: string): Promise<void> {
  // uses the primary key
  const open = await trx
    .updateTable('sign_in')
    .set((eb) => ({ last_seen_at: eb.ref('last_seen_at') }))
    .where('id', '=', signInId)
    .returning('id')
    .executeTakeFirst()
  if (!open)
    throw new OnpatientError('sign-in-required', 'You were signed out in the meantime. Sign in again.')
}

/**
 * The same for a practice that starts to require a second step: it ends the grants that were given before, and no grant is given after
 * it without a second step.
 */
async function holdPanels(trx: Db, associationIds: readonly string[], signInId: string): Promise<void> {
  if (associationIds.length === 0) return
  // uses the primary keys
  const panels = await trx
    .updateTable('practice')
    .set((eb) => ({ requires_second_step: eb.ref('requires_second_step') }))
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('association')
        .select('association.practice_id')
        .where('association.id', 'in', associationIds)
        .where('association.role', 'in', ['provider', 'staff']),
    )
    .returning('requires_second_step')
    .execute()
  if (panels.every((panel) => panel.requires_second_step === 0)) return
  const signIn = await trx
    .selectFrom('sign_in')
    .select('factor_at')
    .where('id', '=', signInId)
    .executeTakeFirst()
  if (signIn?.factor_at == null)
    throw new OnpatientError(
      'second-step-required',
      'This practice asks its staff for a second step at sign-in. Set one up in Settings → Security.',
    )
}
