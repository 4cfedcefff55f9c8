import type { Patient } from 'fhir/r4'
import { nameOfPatient } from '#fhir/patient-name.ts'
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
    name: nameOfPatient(patient),
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
