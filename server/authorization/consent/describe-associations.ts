import type { Patient } from 'fhir/r4'
import { officialNameOf } from '#fhir/official-name.ts'
import { type Association, findOwnRecord } from '#server/practices/practices.ts'
import type { Records } from '#server/records/records.ts'
import type { AssociationLine } from './consent-page.ts'

/** Describes the record that each association opens. A name is read only for a patient whom the account reaches. */
export async function describeAssociations(
  associations: readonly Association[],
  records: Pick<Records, 'read' | 'list'>,
): Promise<AssociationLine[]> {
  const own = findOwnRecord(associations)
  return Promise.all(
    associations.map(async (association) => ({
      associationId: association.id,
      practiceName: association.practice.name,
      label: await labelOf(association, association.id === own?.id, records),
    })),
  )
}

async function labelOf(
  association: Association,
  isOwn: boolean,
  records: Pick<Records, 'read' | 'list'>,
): Promise<string> {
  const { role, patientId, practice, relationship } = association
  if (patientId === undefined) {
    const confinement = { patientIds: [], practiceIds: [practice.id] }
    const { count } = await records.list(confinement, { type: 'Patient', pageSize: 1 })
    return `All ${count} patients of ${practice.name}`
  }
  const name = await nameOf(patientId, records)
  if (isOwn) return `Your own record (${name})`
  // The account may be a patient of several practices, or of a sandbox.
  return role === 'patient'
    ? `${name}, as a patient of ${practice.name}`
    : `${name}, whose ${relationship || 'proxy'} you are`
}

async function nameOf(patientId: string, records: Pick<Records, 'read'>): Promise<string> {
  const content = await records.read({ patientIds: [patientId], practiceIds: [] }, 'Patient', patientId)
  return officialNameOf(content === undefined ? {} : (JSON.parse(content) as Patient))
}
