import type { PatientSummary } from '#server/portal-api/answers.ts'

export interface PersonInCare {
  patient: PatientSummary
  practices: string[]
  /** The person's own record: of one at most. */
  isSelf: boolean
  /** Somebody else, whose caregiver the person is. */
  isCaredFor: boolean
  relationship: string
}
