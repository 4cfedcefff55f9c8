import type { Db } from '../../store/store.ts'
import { inTransaction } from '../../store/transaction.ts'
import { twoPeople, wouldBeTwo } from '../own-record.ts'
import type { Association } from '../practice.ts'
import type { PracticesDeps } from '../practices-deps.ts'
import { takeUpClaim } from './invitation-claims.ts'
import { openRecord } from './open-record.ts'

type ConfirmDeps = Pick<PracticesDeps, 'db' | 'clock' | 'random' | 'records'>

interface OfPractice {
  practiceId: string
  invitationId: string
}

/** One transaction: a claim that cannot be confirmed goes on waiting. */
export function confirmClaim(deps: ConfirmDeps, invitation: OfPractice): Promise<Association> {
  const { practiceId } = invitation
  return inTransaction(deps.db, async (trx) => {
    await assertOnePerson(deps, trx, invitation)
    const row = await takeUpClaim(trx, invitation, deps.clock.now().getTime())
    return openRecord(deps, trx, {
      practiceId,
      accountId: row.claimed_by,
      patientId: row.patient_id,
      role: row.role,
      relationship: row.relationship,
      relatedPersonId: row.related_person_id ?? undefined,
    })
  })
}

async function assertOnePerson(
  deps: ConfirmDeps,
  trx: Db,
  { practiceId, invitationId }: OfPractice,
): Promise<void> {
  // uses the primary key
  const row = await trx
    .selectFrom('invitation')
    .select(['role', 'patient_id', 'claimed_by'])
    .where('id', '=', invitationId)
    .where('practice_id', '=', practiceId)
    .executeTakeFirst()
  if (row?.role !== 'patient' || row.claimed_by === null) return
  const record = { accountId: row.claimed_by, practice: { id: practiceId }, patientId: row.patient_id }
  const records = deps.records.inTransaction(trx)
  if (await wouldBeTwo({ db: trx, records }, record)) throw twoPeople()
}
