import type { Records } from '#server/records/records.ts'
import type { Db } from '../../store/store.ts'
import { associateWithin } from '../associate.ts'
import type { Association } from '../practice.ts'
import type { PracticesDeps } from '../practices-deps.ts'
import type { Invitation } from './invitation.ts'

/** The part of an invitation that says which record it opens, and to whom. */
export interface InvitedTo
  extends Pick<Invitation, 'patientId' | 'role' | 'relationship' | 'relatedPersonId'> {
  practiceId: string
  accountId: string
}

/** Associates the account with the patient. Runs within the transaction that marks the invitation as accepted. */
export async function openRecord(
  deps: Pick<PracticesDeps, 'db' | 'clock' | 'random' | 'records'>,
  trx: Db,
  { accountId, practiceId, patientId, role, relationship, relatedPersonId }: InvitedTo,
): Promise<Association> {
  const records = deps.records.inTransaction(trx)
  return associateWithin(deps, trx, {
    accountId,
    practiceId,
    patientId,
    role,
    relationship,
    // The record may have been deleted since. Then the account gets a record of its own.
    relatedPersonId: (await isRelatedTo(records, patientId, relatedPersonId)) ? relatedPersonId : undefined,
  })
}

/** Confined to the patient: the record of somebody else's family must not become the invited person's. */
export async function isRelatedTo(
  records: Pick<Records, 'read'>,
  patientId: string,
  relatedPersonId: string | undefined,
): Promise<boolean> {
  if (relatedPersonId === undefined) return false
  const transaction = { patientIds: [patientId], practiceIds: [] }
  return (await records.read(transaction, 'RelatedPerson', relatedPersonId)) !== undefined
}
