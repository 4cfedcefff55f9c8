import type { RelatedPerson } from 'fhir/r4'
import type { Records } from '#server/records/records.ts'
import type { Db } from '../store/store.ts'
import type { Association, Role } from './practices.ts'
import { relationshipOf } from './relationship.ts'

interface RelatedPeopleDeps {
  db: Db
  records: Pick<Records, 'write'>
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
    // Made of the association's id: two processes that write at the same moment write the same record.
    const id = associationId.replaceAll('_', '-')
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
  }
}

/** https://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-relatedperson.html */
function relatedPersonOf(
  id: string,
  patientId: string,
  relationship: string,
  account: { email: string; display_name: string },
): RelatedPerson {
  const words = account.display_name.split(/\s+/)
  const given = words.slice(0, -1)
  return {
    resourceType: 'RelatedPerson',
    id,
    meta: { profile: ['http://hl7.org/fhir/us/core/StructureDefinition/us-core-relatedperson'] },
    active: true,
    patient: { reference: `Patient/${patientId}` },
    relationship: [relationshipOf(relationship)],
    name: [
      {
        text: account.display_name,
        family: words.at(-1) ?? account.display_name,
        ...(given.length > 0 ? { given } : {}),
      },
    ],
    telecom: [{ system: 'email', value: account.email }],
  }
}
