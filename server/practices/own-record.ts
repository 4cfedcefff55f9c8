import type { Patient } from 'fhir/r4'
import type { Records } from '#server/records/records.ts'
import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import type { Db } from '../store/store.ts'
import type { Association } from './practice.ts'

interface OwnRecordDeps {
  db: Db
  records: Pick<Records, 'read'>
}

/** A record that an account would have as its own. */
export interface NewOwnRecord {
  accountId: string
  practice: { id: string }
  patientId: string
}

/** The association whose record is the account's own: its oldest one as a patient, in every list and for every application. */
export function findOwnRecord(associations: readonly Association[]): Association | undefined {
  return chooseOldest(associations.filter(({ role }) => role === 'patient'))
}

/** The order is the same everywhere, so that a person is the same one to everybody. */
function chooseOldest<Link extends Pick<Association, 'id' | 'createdAt'>>(
  links: readonly Link[],
): Link | undefined {
  return links.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1))[0]
}

/**
 * Whether the account has the record of somebody else as its own: another record of the same practice, or a record of another practice
 * with another date of birth. A record of a sandbox is compared with records of that sandbox alone, because its people are made up.
 */
export async function wouldBeTwo(deps: OwnRecordDeps, record: NewOwnRecord): Promise<boolean> {
  const own = await selectOwn(deps.db, record.accountId)
  if (own.length === 0) return false
  const { kind } = await deps.db
    .selectFrom('practice')
    .select('kind')
    .where('id', '=', record.practice.id)
    .executeTakeFirstOrThrow()
  const compared = kind === 'sandbox' ? own.filter((each) => each.practice_id === record.practice.id) : own
  for (const each of compared) if (await isSomebodyElse(deps, each, record)) return true
  return false
}

/** Every one counts, so the list is read whole. */
function selectOwn(db: Db, accountId: string) {
  // uses association_account
  return db
    .selectFrom('association')
    .innerJoin('practice', 'practice.id', 'association.practice_id')
    .select(['association.practice_id', 'association.patient_id', 'practice.kind'])
    .where('association.account_id', '=', accountId)
    .where('association.role', '=', 'patient')
    .where('association.ended_at', 'is', null)
    .orderBy('association.created_at')
    .execute()
}

async function isSomebodyElse(
  deps: OwnRecordDeps,
  own: { practice_id: string; patient_id: string | null; kind: string },
  { practice, patientId }: NewOwnRecord,
): Promise<boolean> {
  if (own.patient_id === null || own.patient_id === patientId) return false
  if (own.practice_id === practice.id) return true
  if (own.kind === 'sandbox') return false
  const here = await readBirthDate(deps, { practiceId: practice.id, patientId })
  const there = await readBirthDate(deps, { practiceId: own.practice_id, patientId: own.patient_id })
  return here !== undefined && there !== undefined && here !== there
}

/** As the record of the patient at the practice says it. */
export async function readBirthDate(
  { records }: Pick<OwnRecordDeps, 'records'>,
  { practiceId, patientId }: { practiceId: string; patientId: string },
): Promise<string | undefined> {
  const content = await records.read({ patientIds: [], practiceIds: [practiceId] }, 'Patient', patientId)
  return content === undefined ? undefined : (JSON.parse(content) as Patient).birthDate
}

/** More patients than these are not shown to a practice that is about to invite; `hasMore` says so. */
const mostSharing = 10

/**
 * The other patients of the practice who have this address: patients whose account has it, and patients who are invited with it. Other
 * practices are not looked at: their patients are none of this practice's business.
 */
export async function findSharing(
  { db, clock }: { db: Db; clock: Clock },
  { practiceId, patientId, address }: { practiceId: string; patientId: string; address: string },
): Promise<{ patientIds: string[]; hasMore: boolean }> {
  // uses the unique index on email, then association_account
  const accounts = await db
    .selectFrom('account')
    .innerJoin('association', 'association.account_id', 'account.id')
    .select('association.patient_id')
    .where('account.email', '=', address)
    .where('association.practice_id', '=', practiceId)
    .where('association.role', '=', 'patient')
    .where('association.patient_id', '!=', patientId)
    .where('association.ended_at', 'is', null)
    .limit(mostSharing + 1)
    .execute()
  // uses invitation_email
  const invited = await db
    .selectFrom('invitation')
    .select('patient_id')
    .distinct()
    .where('email', '=', address)
    .where('practice_id', '=', practiceId)
    .where('role', '=', 'patient')
    .where('patient_id', '!=', patientId)
    .where('accepted_at', 'is', null)
    .where('expires_at', '>', clock.now().getTime())
    .limit(mostSharing + 1)
    .execute()
  const ids = [...new Set([...accounts, ...invited].flatMap(({ patient_id }) => patient_id ?? []))]
  return { patientIds: ids.slice(0, mostSharing), hasMore: ids.length > mostSharing }
}

/** The error for a practice that would make one account two patients. */
export function twoPeople(): OnpatientError {
  return new OnpatientError(
    'own-record-exists',
    'This account has the record of another patient as its own, and an account is one person. Do the two share the address? Then invite it as a family member or caregiver of this patient, or invite this patient with another address. Is the other record the wrong one? Then change first what the account is to that one, under People with access.',
  )
}

/** The same error for the person who accepts an invitation. */
export function youAreSomebodyElse(): OnpatientError {
  return new OnpatientError(
    'own-record-exists',
    'Your account has the record of another patient as its own, and an account is one person. Is this record of somebody else, with whom you share the address? Then ask the practice to invite you as a family member or caregiver, or let that person accept with an account of another address. Is this record yours, and the other one is not? Then ask the practice of the other one to change it.',
  )
}
