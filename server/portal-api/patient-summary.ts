import type { Patient, RelatedPerson } from 'fhir/r4'
import { officialNameOf } from '#fhir/official-name.ts'
import type { RecordReader } from '#server/access/access.ts'

/** What lists show of a patient. */
export interface PatientSummary {
  id: string
  name: string
  birthDate: string | null
  gender: string | null
}

export function summarizePatient(content: string): PatientSummary {
  const patient = JSON.parse(content) as Patient
  return {
    id: patient.id ?? '',
    name: officialNameOf(patient),
    birthDate: patient.birthDate ?? null,
    gender: patient.gender ?? null,
  }
}

/** One query for all of them; those that may not be read are left out. */
export async function summarizePatients(
  reader: RecordReader,
  ids: readonly string[],
): Promise<Map<string, PatientSummary>> {
  const wanted = [...new Set(ids)].slice(0, 500)
  if (wanted.length === 0) return new Map()
  const { contents } = await reader.list({ type: 'Patient', ids: wanted, pageSize: wanted.length })
  return new Map(contents.map(summarizePatient).map((patient) => [patient.id, patient]))
}

/** Who the record says is near the patient; for choosing one of them. */
export interface RelatedPersonSummary {
  id: string
  name: string
  relationship: string
}

/** At most a hundred: a list to choose from. */
export async function listRelatedPeople(
  reader: RecordReader,
  patientId: string,
): Promise<RelatedPersonSummary[]> {
  const { contents } = await reader.list({ type: 'RelatedPerson', patientId, pageSize: 100 })
  return contents.map((content) => {
    const person = JSON.parse(content) as RelatedPerson
    const [how] = person.relationship ?? []
    return {
      id: person.id ?? '',
      name: officialNameOf(person),
      relationship: how?.text ?? how?.coding?.[0]?.display ?? '',
    }
  })
}
