import type { Patient, Resource } from 'fhir/r4'

export interface DemoPerson {
  patient: Patient
  /** All that is about this patient and nobody else. */
  records: Resource[]
}
