/** Whose records a read is confined to. Every read statement carries one; there is no read without. */
export interface Confinement {
  /** Compartments named one by one: a patient's own, a proxy's wards. */
  patientIds: readonly string[]
  /** Practices whose whole panel, and whose shared records, may be read. */
  practiceIds: readonly string[]
}
