import type { Association, PatientSummary } from '#server/portal-api/answers.ts'

interface Role {
  role: Association['role']
  relationship: string
  patient: PatientSummary | null
}

/** As what somebody sees records, and whose: "Mother of Ben Lee". */
export function roleWords({ role, relationship, patient }: Role): string {
  if (role === 'provider') return 'Provider: sees all patients'
  if (role === 'staff') return 'Staff: sees all patients'
  const name = patient?.name ?? 'a patient'
  if (role === 'patient') return `Patient: the record of ${name}`
  const words = relationship.trim()
  return words === ''
    ? `Caregiver of ${name}`
    : `${words.charAt(0).toUpperCase()}${words.slice(1)} of ${name}`
}
