import { normalizeAddress } from '../addresses.ts'
import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import type { Db } from '../store/store.ts'
import type { Practice } from './practice.ts'
import { practiceColumns, toPractice } from './practice-row.ts'

/** The practices where an account is the only provider, by what happens to them when the account is closed. */
export interface Leaving {
  /** They have records of patients and need somebody who can open them, so the account has to stay. */
  staying: Practice[]
  /** Sandboxes, and practices that never had a patient. They close with the account. */
  closing: Practice[]
}

/** Uses association_account, then association_practice and the primary key of the panel. */
export async function describeLeaving(db: Db, accountId: string): Promise<Leaving> {
  const rows = await db
    .selectFrom('association')
    .innerJoin('practice', 'practice.id', 'association.practice_id')
    .select(['practice.id', ...practiceColumns])
    .select(({ exists, selectFrom }) =>
      exists(
        selectFrom('practice_patient')
          .select('practice_patient.patient_id')
          .whereRef('practice_patient.practice_id', '=', 'practice.id'),
      ).as('has_patients'),
    )
    .where('association.account_id', '=', accountId)
    .where('association.role', '=', 'provider')
    .where('association.ended_at', 'is', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('association as other')
            .select('other.id')
            .whereRef('other.practice_id', '=', 'practice.id')
            .where('other.account_id', '!=', accountId)
            .where('other.role', '=', 'provider')
            .where('other.ended_at', 'is', null),
        ),
      ),
    )
    .orderBy('practice.name')
    .orderBy('practice.id')
    .execute()
  const stays = ({ kind, has_patients }: (typeof rows)[number]) =>
    kind === 'practice' && Boolean(has_patients)
  return {
    staying: rows.filter(stays).map(toPractice),
    closing: rows.filter((row) => !stays(row)).map(toPractice),
  }
}

/**
 * Ends all associations and invitations of an account, and the practices that close with it. Runs within the caller's transaction. Returns
 * those practices. Throws `not-allowed` when the account is the only provider of another practice.
 */
export async function leaveAll(
  tx: Db,
  account: { id: string; email: string },
  clock: Clock,
): Promise<string[]> {
  const now = clock.now().getTime()
  const { staying, closing } = await describeLeaving(tx, account.id)
  if (staying.length > 0) throw lastProvider(staying)
  const closed = closing.map(({ id }) => id)
  await tx
    .updateTable('association')
    .set({ ended_at: now })
    .where('ended_at', 'is', null)
    .where((eb) =>
      eb.or([
        eb('account_id', '=', account.id),
        ...(closed.length > 0 ? [eb('practice_id', 'in', closed)] : []),
      ]),
    )
    .execute()
  // uses invitation_email, invitation_claimed and invitation_practice
  await tx
    .updateTable('invitation')
    .set({ expires_at: now })
    .where('accepted_at', 'is', null)
    .where('expires_at', '>', now)
    .where((eb) =>
      eb.or([
        eb('email', '=', normalizeAddress(account.email)),
        eb('claimed_by', '=', account.id),
        ...(closed.length > 0 ? [eb('practice_id', 'in', closed)] : []),
      ]),
    )
    .execute()
  if (closed.length === 0) return closed
  await tx.deleteFrom('practice_brand').where('practice_id', 'in', closed).execute()
  await tx.deleteFrom('sandbox_mail').where('practice_id', 'in', closed).execute()
  return closed
}

function lastProvider(practices: readonly Practice[]): OnpatientError {
  const names = practices.map(({ name }) => name).join(', ')
  return new OnpatientError(
    'not-allowed',
    `You are the only provider of ${names}, whose records nobody could open any more. Ask whoever runs this server to make a colleague a provider first ("onpatient account make-provider"), then close your account.`,
  )
}
