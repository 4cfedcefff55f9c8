import type { EncounterLine, PatientLine } from '#server/access/access.ts'
import type { ContextReference } from '#server/grants/grants.ts'
import type { Association } from '#server/practices/practices.ts'

/** The one patient whom a request is about, and what else the application was opened with. */
export interface RequestSubject {
  association: Association
  patient: PatientLine
  encounter?: EncounterLine | undefined
  intent?: string | undefined
  fhirContext?: readonly ContextReference[] | undefined
  /** Fixed by a launch: then the person cannot choose another. */
  isLaunched: boolean
}
