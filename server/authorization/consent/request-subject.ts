import type { EncounterLine, PatientLine } from '#server/access/access.ts'
import type { ContextReference } from '#server/grants/grants.ts'
import type { Association } from '#server/practices/practices.ts'

/** The one patient whom a request is about, and the further context with which the application was opened. */
export interface RequestSubject {
  association: Association
  patient: PatientLine
  encounter?: EncounterLine | undefined
  intent?: string | undefined
  fhirContext?: readonly ContextReference[] | undefined
  /** Whether a launch has fixed the patient. Then the person cannot choose another one. */
  isLaunched: boolean
}
