import type { Resource } from 'fhir/r4'
import { generatePractice } from '#server/demo/generator/generate-practice.ts'
import { markersIn, markTexts } from './markers.ts'

/** A record of the synthetic people, with all its markers. */
export interface MarkedRecord {
  type: string
  id: string
  /** 0 or 1. */
  practice: number
  /** The id of the patient; undefined for a record that a practice shares. */
  patientId: string | undefined
  resource: Resource
  markers: ReadonlySet<string>
}

export interface MarkedPractice {
  name: string
  organizationId: string
  patientIds: string[]
  practitionerId: string
  records: MarkedRecord[]
}

export const patientsOfEach = 4

/** Two practices that share nobody. The same seed gives the same people. */
export function makePeople(seed: number): MarkedPractice[] {
  return ['Oak Street', 'Elm Street'].map((name, practice) => makePractice(name, practice, seed + practice))
}

function makePractice(name: string, practice: number, seed: number): MarkedPractice {
  const made = generatePractice({ seed, patients: patientsOfEach, asOf: new Date('2026-06-01'), name })
  const groups: Array<{ patientId: string | undefined; resources: Resource[] }> = [
    { patientId: undefined, resources: made.shared },
    ...[...made.families()].flatMap(({ members }) =>
      members.map(({ patient, records }) => ({ patientId: patient.id, resources: [patient, ...records] })),
    ),
  ]
  const ids = new Map<string, string>()
  const marks = groups.map((_, index) => countMarkers(practice * 100 + index))
  for (const [index, { resources }] of groups.entries())
    for (const { id = '' } of resources) ids.set(id, marks[index]?.() ?? id)
  const renamed = (text: string) =>
    text.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => ids.get(id) ?? id)
  const records = groups.flatMap(({ patientId, resources }, index) =>
    resources.map((resource): MarkedRecord => {
      const mark = marks[index] ?? String
      const marked = markTexts(resource, (text) => `${text} ${mark()}`)
      const text = renamed(JSON.stringify(marked))
      const { resourceType: type, id = '' } = resource
      return {
        type,
        id: ids.get(id) ?? id,
        practice,
        patientId: patientId && ids.get(patientId),
        resource: JSON.parse(text) as Resource,
        markers: markersIn(text),
      }
    }),
  )
  const idsOf = (type: string) => records.filter((record) => record.type === type).map(({ id }) => id)
  return {
    name,
    organizationId: idsOf('Organization')[0] ?? '',
    practitionerId: idsOf('Practitioner')[0] ?? '',
    patientIds: idsOf('Patient'),
    records,
  }
}

function countMarkers(owner: number): () => string {
  let count = 0
  return () => `mkp${owner}x${++count}`
}
