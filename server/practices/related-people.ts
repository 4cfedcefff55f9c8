import type { HumanName, RelatedPerson } from 'fhir/r4'
import { parseExact } from '#fhir/exact-json.ts'
import type { Records } from '#server/records/records.ts'
import { OnpatientError } from '../errors.ts'
import type { Db } from '../store/store.ts'
import type { Association, Role } from './practice.ts'
import { relationshipOf } from './relationship.ts'

interface RelatedPeopleDeps {
  db: Db
  records: Pick<Records, 'write' | 'list' | 'transact'>
}

interface Proxy {
  /** The id of the association. */
  id: string
  accountId: string
  practiceId: string
  role: Role
  patientId?: string | undefined
  relationship?: string | undefined
}

/**
 * Writes the RelatedPerson record of a proxy, which `fhirUser` names. Returns its id. Undefined for other roles, and when the record
 * cannot be written, for example because the practice has no such patient.
 */
export async function writeRelatedPerson(
  { db, records }: { db: Db; records: Pick<Records, 'write'> },
  { id: associationId, accountId, role, practiceId, patientId, relationship = '' }: Proxy,
): Promise<string | undefined> {
  if (role !== 'proxy' || patientId === undefined) return undefined
  const account = await db
    .selectFrom('account')
    .select(['email', 'display_name'])
    .where('id', '=', accountId)
    .executeTakeFirst()
  if (!account) return undefined
  const id = ownIdOf(associationId)
  const resource = relatedPersonOf({ id, patientId, relationship, account })
  const { created, updated, unchanged } = await records.write([{ practiceId, resource }])
  return created + updated + unchanged === 1 ? id : undefined
}

/** The RelatedPerson record of an association. An association from before there were such records gets its record now. */
export async function findRelatedPerson(
  deps: { db: Db; records: Pick<Records, 'write'> },
  association: Association,
): Promise<string | undefined> {
  const { id, practice, relatedPersonId } = association
  if (relatedPersonId !== undefined) return relatedPersonId
  const written = await writeRelatedPerson(deps, { ...association, practiceId: practice.id })
  if (written !== undefined)
    await deps.db
      .updateTable('association')
      .set({ related_person_id: written })
      .where('id', '=', id)
      .where('related_person_id', 'is', null)
      .execute()
  return written
}

/**
 * Brings RelatedPerson records up to what account and association are now: they have the name and the address of the account, and are
 * not active once the association has ended. This changes only records that were written here, and nothing else in them: the rest is the
 * practice's.
 */
export async function followRelatedPeople(deps: RelatedPeopleDeps, which: Which): Promise<void> {
  let after = ''
  for (;;) {
    const { links, last } = await selectLinks(deps.db, which, after)
    for (const link of await findBehind(deps.records, links)) await update(deps.records, link)
    if (last === undefined) return
    after = last
  }
}

async function update(records: Pick<Records, 'transact'>, link: Link): Promise<void> {
  try {
    await records.transact(link.practice_id, async (transaction) => {
      // The record is read again, because the practice may be writing it at this moment.
      const current = await transaction.read('RelatedPerson', link.related_person_id)
      if (current) await transaction.put([bringUpToDate(parsePerson(current.content), link)])
    })
  } catch (error) {
    // The practice has changed the record so that it cannot be written any more, e.g. it refers to a record that is gone. It stays as it is.
    if (!(error instanceof OnpatientError && error.code === 'record-refused')) throw error
  }
}

/** The id follows from the association's id, so that two processes that write at the same moment write the same record. */
function ownIdOf(associationId: string): string {
  return associationId.replaceAll('_', '-')
}

/** One account, one association, or all. */
interface Which {
  accountId?: string
  associationId?: string
}

const linksAtOnce = 100

/** A proxy whose record was written here. */
interface Link {
  practice_id: string
  patient_id: string
  related_person_id: string
  ended_at: number | null
  email: string
  display_name: string
}

/** One page of such proxies, also of ended associations. `last` is where the next page begins; undefined on the last page. */
async function selectLinks(
  db: Db,
  { accountId, associationId }: Which,
  after: string,
): Promise<{ links: Link[]; last: string | undefined }> {
  // uses association_account or the primary key; for all associations it walks the table by its primary key, once an hour
  const rows = await db
    .selectFrom('association')
    .innerJoin('account', 'account.id', 'association.account_id')
    .select([
      'association.id',
      'association.practice_id',
      'association.patient_id',
      'association.related_person_id',
      'association.ended_at',
      'account.email',
      'account.display_name',
    ])
    .where('association.role', '=', 'proxy')
    .where('association.id', '>', after)
    .$if(accountId !== undefined, (query) => query.where('association.account_id', '=', accountId ?? ''))
    .$if(associationId !== undefined, (query) => query.where('association.id', '=', associationId ?? ''))
    .orderBy('association.id')
    .limit(linksAtOnce)
    .execute()
  const links = rows.flatMap(({ related_person_id, patient_id, ...row }) =>
    patient_id !== null && related_person_id === ownIdOf(row.id)
      ? [{ ...row, patient_id, related_person_id }]
      : [],
  )
  return { links, last: rows.length === linksAtOnce ? rows.at(-1)?.id : undefined }
}

/** The proxies whose record says something else than their account and association. */
async function findBehind(records: Pick<Records, 'list'>, links: Link[]): Promise<Link[]> {
  if (links.length === 0) return []
  const confinement = { patientIds: links.map(({ patient_id }) => patient_id), practiceIds: [] }
  const ids = links.map(({ related_person_id }) => related_person_id)
  const { contents } = await records.list(confinement, { type: 'RelatedPerson', ids, pageSize: linksAtOnce })
  const people = new Map(contents.map(parsePerson).map((person) => [person.id, person]))
  return links.filter((link) => {
    const person = people.get(link.related_person_id)
    return person && JSON.stringify(person) !== JSON.stringify(bringUpToDate(person, link))
  })
}

function parsePerson(content: string): RelatedPerson {
  return parseExact(content) as RelatedPerson
}

/** After an association has ended, later changes of the account are none of the practice's business. */
function bringUpToDate(person: RelatedPerson, { ended_at, email, display_name }: Link): RelatedPerson {
  if (ended_at !== null) return { ...person, active: false }
  const [first, ...otherNames] = person.name ?? []
  const telecom = person.telecom ?? []
  const known = telecom.find(({ system }) => system === 'email')
  const mail = { ...known, system: 'email', value: email } as const
  return {
    ...person,
    active: true,
    name: [first?.text === display_name ? first : nameOf(display_name), ...otherNames],
    telecom: known ? telecom.map((each) => (each === known ? mail : each)) : [...telecom, mail],
  }
}

function nameOf(displayName: string): HumanName {
  const words = displayName.split(/\s+/)
  const given = words.slice(0, -1)
  return { text: displayName, family: words.at(-1) ?? displayName, ...(given.length > 0 ? { given } : {}) }
}

/** https://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-relatedperson.html */
function relatedPersonOf({
  id,
  patientId,
  relationship,
  account,
}: {
  id: string
  patientId: string
  relationship: string
  account: { email: string; display_name: string }
}): RelatedPerson {
  return {
    resourceType: 'RelatedPerson',
    id,
    meta: { profile: ['http://hl7.org/fhir/us/core/StructureDefinition/us-core-relatedperson'] },
    active: true,
    patient: { reference: `Patient/${patientId}` },
    relationship: [relationshipOf(relationship)],
    name: [nameOf(account.display_name)],
    telecom: [{ system: 'email', value: account.email }],
  }
}
