import {
  IconActivity,
  IconAlertTriangle,
  IconCalendar,
  IconFileText,
  IconPill,
  IconShieldCheck,
  IconStethoscope,
  IconTarget,
  IconUmbrella,
  IconUsers,
  IconVaccine,
} from '@tabler/icons-react'
import { type RecordSectionId, typesOfSection } from '#fhir/scope/record-types.ts'

export interface RecordSection {
  id: string
  title: string
  types: readonly string[]
  icon: typeof IconVaccine
}

/** In the order in which people look for things. */
const sections = {
  immunizations: { title: 'Immunizations', icon: IconVaccine },
  allergies: { title: 'Allergies', icon: IconAlertTriangle },
  conditions: { title: 'Conditions', icon: IconStethoscope },
  medications: { title: 'Medications', icon: IconPill },
  results: { title: 'Lab results & vital signs', icon: IconActivity },
  visits: { title: 'Visits', icon: IconCalendar },
  procedures: { title: 'Procedures', icon: IconShieldCheck },
  documents: { title: 'Documents', icon: IconFileText },
  'care-team': { title: 'Care team', icon: IconUsers },
  plans: { title: 'Care plans & goals', icon: IconTarget },
  coverage: { title: 'Coverage', icon: IconUmbrella },
} satisfies Record<RecordSectionId, Omit<RecordSection, 'id' | 'types'>>

/** The sections of a record; the table of types says which types a section lists. */
export const recordSections: readonly RecordSection[] = Object.entries(sections).map(([id, section]) => ({
  ...section,
  id,
  types: typesOfSection(id as RecordSectionId),
}))
