import { newId } from '../secrets.ts'
import type { Db } from '../store/store.ts'
import { inTransaction } from '../store/transaction.ts'
import { selectOpenAssociations } from './list-associations.ts'
import { twoPeople, wouldBeTwo } from './own-record.ts'
import type { Association, Role } from './practice.ts'
import { toAssociation } from './practice-row.ts'
import type { PracticesDeps } from './practices-deps.ts'
import { writeRelatedPerson } from './related-people.ts'

export interface AssociationForm {
  accountId: string
  practiceId: string
  role: Role
  patientId?: string
  practitionerId?: string
  relatedPersonId?: string | undefined
  relationship?: string
}

type AssociateDeps = Pick<PracticesDeps, 'db' | 'clock' | 'random' | 'records'>

/** The association and the RelatedPerson record of a proxy are written together. */
export function associate(deps: AssociateDeps, form: AssociationForm): Promise<Association> {
  return inTransaction(deps.db, (trx) => associateWithin(deps, trx, form))
}

/** The same within a transaction of the caller, which must be one of `inTransaction`. */
export async function associateWithin(
  deps: AssociateDeps,
  trx: Db,
  form: AssociationForm,
): Promise<Association> {
  const records = deps.records.inTransaction(trx)
  if (form.role === 'patient' && form.patientId !== undefined) {
    const { accountId, practiceId, patientId } = form
    const record = { accountId, practice: { id: practiceId }, patientId }
    if (await wouldBeTwo({ db: trx, records }, record)) throw twoPeople()
  }
  const own = form.role === 'patient' ? await findOwn(trx, form) : undefined
  if (own) return own
  const id = newId('asn', deps.random)
  // The record comes first: an association must not name a record that is not there.
  const relatedPersonId =
    form.relatedPersonId ?? (await writeRelatedPerson({ db: trx, records }, { ...form, id }))
  await trx
    .insertInto('association')
    .values({
      id,
      account_id: form.accountId,
      practice_id: form.practiceId,
      role: form.role,
      patient_id: form.patientId ?? null,
      practitioner_id: form.practitionerId ?? null,
      relationship: form.relationship ?? (form.role === 'patient' ? 'self' : ''),
      related_person_id: relatedPersonId ?? null,
      created_at: deps.clock.now().getTime(),
      ended_at: null,
    })
    .execute()
  return toAssociation(
    await selectOpenAssociations(trx).where('association.id', '=', id).executeTakeFirstOrThrow(),
  )
}

/** The association of an account that is a patient of the practice already. Throws `own-record-exists` for another patient. */
async function findOwn(
  trx: Db,
  { accountId, practiceId, patientId }: AssociationForm,
): Promise<Association | undefined> {
  // uses association_own_record
  const row = await selectOpenAssociations(trx)
    .where('association.account_id', '=', accountId)
    .where('association.practice_id', '=', practiceId)
    .where('association.role', '=', 'patient')
    .executeTakeFirst()
  if (row && row.patient_id !== patientId) throw twoPeople()
  return row && toAssociation(row)
}
