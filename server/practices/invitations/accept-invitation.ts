import { OnpatientError } from '../../errors.ts'
import type { Db } from '../../store/store.ts'
import { inTransaction } from '../../store/transaction.ts'
import { wouldBeTwo, youAreSomebodyElse } from '../own-record.ts'
import type { Association } from '../practice.ts'
import type { PracticesDeps } from '../practices-deps.ts'
import { confirmInvitation } from './confirm-invitation.ts'
import type { Invitation } from './invitation.ts'
import { claim } from './invitation-claims.ts'
import { invitationEnded, invitationLifetimeMs } from './invitation-row.ts'
import { openRecord } from './open-record.ts'

type AcceptDeps = Pick<PracticesDeps, 'db' | 'clock' | 'random' | 'records'>

interface Accepting {
  token: string
  account: { id: string; email: string }
  birthDate: string
}

/**
 * Counts the try in a commit of its own. All else is one transaction: the invitation is accepted and the record is open, or neither.
 */
export async function acceptInvitation(
  deps: AcceptDeps,
  { token, account, birthDate }: Accepting,
): Promise<Association | undefined> {
  const invitation = await confirmInvitation(deps, { token, birthDate })
  return inTransaction(deps.db, async (trx) => {
    const now = deps.clock.now().getTime()
    await assertMayAccept(deps, trx, { invitation, accountId: account.id })
    if (account.email !== invitation.email) {
      const times = { now, until: now + invitationLifetimeMs }
      if (await claim(trx, { invitationId: invitation.id, accountId: account.id }, times)) return undefined
      throw invitationEnded()
    }
    if (!(await markAccepted(trx, invitation.id, now))) throw invitationEnded()
    return openRecord(deps, trx, { ...invitation, practiceId: invitation.practice.id, accountId: account.id })
  })
}

async function assertMayAccept(
  deps: AcceptDeps,
  trx: Db,
  { invitation, accountId }: { invitation: Invitation; accountId: string },
): Promise<void> {
  if (await isAssociated(trx, invitation, accountId))
    throw new OnpatientError('already-exists', 'Your account already has access to this record.')
  if (invitation.role !== 'patient') return
  const records = deps.records.inTransaction(trx)
  if (await wouldBeTwo({ db: trx, records }, { ...invitation, accountId })) throw youAreSomebodyElse()
}

async function isAssociated(trx: Db, { patientId, role }: Invitation, accountId: string): Promise<boolean> {
  // uses association_account
  const row = await trx
    .selectFrom('association')
    .select('id')
    .where('account_id', '=', accountId)
    .where('patient_id', '=', patientId)
    .where('role', '=', role)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return row !== undefined
}

/** False when somebody else was faster. */
async function markAccepted(trx: Db, invitationId: string, now: number): Promise<boolean> {
  const accepted = await trx
    .updateTable('invitation')
    .set({ accepted_at: now })
    .where('id', '=', invitationId)
    .where('accepted_at', 'is', null)
    .where('claimed_by', 'is', null)
    .where('expires_at', '>', now)
    .returning('id')
    .executeTakeFirst()
  return accepted !== undefined
}
