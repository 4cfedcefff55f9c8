import type { RelatedPerson } from 'fhir/r4'
import { officialNameOf } from '#fhir/official-name.ts'
import { patientLineOf, type RecordReader } from '#server/access/access.ts'
import type { PatientSummary, RelatedPeople } from './answers.ts'

export function summarizePatient(content: string): PatientSummary {
  const { id, name, birthDate, gender } = patientLineOf(content)
  return { id, name, birthDate: birthDate ?? null, gender: gender ?? null }
}

const summariesAtOnce = 500

/** The patients with these ids, by id. Patients that may not be read are left out. Many ids are read in several queries. */
export async function summarizePatients(
  reader: RecordReader,
  ids: readonly string[],
): Promise<Map<string, PatientSummary>> {
  const wanted = [...new Set(ids)]
  const found = new Map<string, PatientSummary>()
  for (let start = 0; start < wanted.length; start += summariesAtOnce) {
    const some = wanted.slice(start, start + summariesAtOnce)
    const { contents } = await reader.list({ type: 'Patient', ids: some, pageSize: some.length })
    for (const patient of contents.map(summarizePatient)) found.set(patient.id, patient)
  }
  return found
}

export function findSummary(
  patients: ReadonlyMap<string, PatientSummary>,
  id: string | undefined,
): PatientSummary | null {
  return (id !== undefined && patients.get(id)) || null
}

const mostRelatedPeople = 100

/** People to choose from, 100 at most. `hasMore` says that the record has more. */
export async function listRelatedPeople(reader: RecordReader, patientId: string): Promise<RelatedPeople> {
  const page = await reader.list({ type: 'RelatedPerson', patientId, pageSize: mostRelatedPeople })
  const relatedPeople = page.contents.map((content) => {
    const person = JSON.parse(content) as RelatedPerson
    const [how] = person.relationship ?? []
    return {
      id: person.id ?? '',
      name: officialNameOf(person),
      relationship: how?.text ?? how?.coding?.[0]?.display ?? '',
    }
  })
  return { relatedPeople, hasMore: page.next !== undefined }
}
