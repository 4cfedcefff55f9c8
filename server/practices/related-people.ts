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
  /** Of the association. */
  id: string
  accountId: string
  practiceId: string
  role: Role
  patientId?: string | undefined
  relationship?: string | undefined
}

/** The records that stand for proxies: the resource that `fhirUser` names for them. */
export interface RelatedPeople {
  /** Undefined for other roles, and when the record cannot be written, e.g. because the practice keeps no such patient. */
  write(association: Proxy): Promise<string | undefined>
  /** Of an association that exists; one from before there were such records gets its own now. */
  find(association: Association): Promise<string | undefined>
  /**
   * Brings records up to what account and association are now: name and address of the account, not active once the
   * association has ended. Only those that were written here, and nothing else in them: the rest is the practice's.
   */
  follow(which: { accountId?: string; associationId?: string }): Promise<void>
}

export function createRelatedPeople({ db, records }: RelatedPeopleDeps): RelatedPeople {
  const write: RelatedPeople['write'] = async (association) => {
    const { id: associationId, role, practiceId, patientId } = association
    if (role !== 'proxy' || patientId === undefined) return undefined
    const account = await db
      .selectFrom('account')
      .select(['email', 'display_name'])
      .where('id', '=', association.accountId)
      .executeTakeFirst()
    if (!account) return undefined
    const id = ownIdOf(associationId)
    const resource = relatedPersonOf(id, patientId, association.relationship ?? '', account)
    const { created, updated, unchanged } = await records.write([{ practiceId, resource }])
    return created + updated + unchanged === 1 ? id : undefined
  }
  return {
    write,
    async find({ id, accountId, practice, role, patientId, relationship, relatedPersonId }) {
      if (relatedPersonId !== undefined) return relatedPersonId
      const written = await write({ id, accountId, practiceId: practice.id, role, patientId, relationship })
      if (written !== undefined)
        await db
          .updateTable('association')
          .set({ related_person_id: written })
          .where('id', '=', id)
          .where('related_person_id', 'is', null)
          .execute()
      return written
    },
    async follow(which) {
      const links = await selectLinks(db, which)
      for (let start = 0; start < links.length; start += linksAtOnce)
        for (const link of await findBehind(records, links.slice(start, start + linksAtOnce)))
          await update(link)
    },
  }

  async function update(link: Link): Promise<void> {
    try {
      await records.transact(link.practice_id, async (transaction) => {
        // Read again: the practice may be writing it in this moment.
        const current = await transaction.read('RelatedPerson', link.related_person_id)
        if (current) await transaction.put([bringUpToDate(parsePerson(current.content), link)])
      })
    } catch (error) {
      // What the practice made of it since cannot be written, e.g. because it refers to what is gone: it stays as it is.
      if (!(error instanceof OnpatientError && error.code === 'record-refused')) throw error
    }
  }
}

/** Made of the association's id: two processes that write at the same moment write the same record. */
function ownIdOf(associationId: string): string {
  return associationId.replaceAll('_', '-')
}

/** One account, one association, or all. */
type Which = Parameters<RelatedPeople['follow']>[0]

const linksAtOnce = 100

type Link = Awaited<ReturnType<typeof selectLinks>>[number]

/** Proxies whose record was written here, ended ones too. */
async function selectLinks(db: Db, { accountId, associationId }: Which) {
  // uses association_account or the primary key; for all it walks the table, once an hour
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
    .$if(accountId !== undefined, (query) => query.where('association.account_id', '=', accountId ?? ''))
    .$if(associationId !== undefined, (query) => query.where('association.id', '=', associationId ?? ''))
    .execute()
  return rows.flatMap(({ related_person_id, patient_id, ...row }) =>
    patient_id !== null && related_person_id === ownIdOf(row.id)
      ? [{ ...row, patient_id, related_person_id }]
      : [],
  )
}

/** Those whose record says something else than their account and association. */
async function findBehind(records: Pick<Records, 'list'>, links: Link[]): Promise<Link[]> {
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

/** Of an association that has ended the account's later changes are no business of the practice. */
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
function relatedPersonOf(
  id: string,
  patientId: string,
  relationship: string,
  account: { email: string; display_name: string },
): RelatedPerson {
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
