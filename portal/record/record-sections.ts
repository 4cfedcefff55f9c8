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
import type { FhirResource } from 'fhir/r4'

export interface RecordSection {
  id: string
  title: string
  types: FhirResource['resourceType'][]
  icon: typeof IconVaccine
}

/** A record in the words and the order in which people look for things. */
export const recordSections: readonly RecordSection[] = [
  { id: 'immunizations', title: 'Immunizations', types: ['Immunization'], icon: IconVaccine },
  { id: 'allergies', title: 'Allergies', types: ['AllergyIntolerance'], icon: IconAlertTriangle },
  { id: 'conditions', title: 'Conditions', types: ['Condition'], icon: IconStethoscope },
  {
    id: 'medications',
    title: 'Medications',
    types: ['MedicationRequest', 'MedicationStatement', 'MedicationDispense'],
    icon: IconPill,
  },
  {
    id: 'results',
    title: 'Lab results & vital signs',
    types: ['Observation', 'DiagnosticReport'],
    icon: IconActivity,
  },
  { id: 'visits', title: 'Visits', types: ['Encounter'], icon: IconCalendar },
  { id: 'procedures', title: 'Procedures', types: ['Procedure', 'Device'], icon: IconShieldCheck },
  { id: 'documents', title: 'Documents', types: ['DocumentReference'], icon: IconFileText },
  { id: 'care-team', title: 'Care team', types: ['CareTeam'], icon: IconUsers },
  {
    id: 'plans',
    title: 'Care plans & goals',
    types: ['CarePlan', 'Goal', 'ServiceRequest'],
    icon: IconTarget,
  },
  { id: 'coverage', title: 'Coverage', types: ['Coverage'], icon: IconUmbrella },
]
