import { hash } from 'node:crypto'
import { addMinutes, toDay, toTime } from './calendar.ts'
import { type Chart, fullName } from './chart.ts'
import { coded, usCore } from './coding.ts'
import type { Visit } from './visits.ts'

const note = ['11506-3', 'Progress note', 'Visit note'] as const
const clinicalNote = ['clinical-note', 'Clinical Note', 'Clinical note'] as const

/** The doctor's note of a visit, as plain text. */
export function addVisitNote(chart: Chart, visit: Visit, paragraphs: readonly string[]): void {
  const day = toDay(visit.date)
  const text = [
    `${chart.clinic.practice.display}`,
    `Visit note, ${day}`,
    `Patient: ${fullName(chart.person)}, born ${toDay(chart.person.birth)}`,
    ...paragraphs,
    `Signed by ${chart.doctor.display}`,
    '',
  ].join('\n\n')
  const bytes = Buffer.from(text)
  const title = `Visit note of ${day}`
  chart.add({
    resourceType: 'DocumentReference',
    meta: usCore('us-core-documentreference'),
    identifier: [{ system: 'urn:oid:2.25.305419896.4', value: `N-${day}-${chart.person.id.slice(0, 6)}` }],
    status: 'current',
    docStatus: 'final',
    type: coded('loinc', note),
    category: [coded('documentCategory', clinicalNote)],
    subject: chart.subject,
    date: toTime(addMinutes(visit.date, 60)),
    author: [chart.doctor],
    custodian: chart.clinic.practice,
    description: title,
    content: [
      {
        attachment: {
          contentType: 'text/plain; charset=utf-8',
          language: 'en',
          data: bytes.toString('base64'),
          size: bytes.length,
          hash: hash('sha1', bytes, 'base64'),
          title,
          creation: toTime(addMinutes(visit.date, 60)),
        },
        format: {
          system: 'http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode',
          code: 'urn:ihe:iti:xds:2017:mimeTypeSufficient',
          display: 'mimeType Sufficient',
        },
      },
    ],
    context: {
      encounter: [visit.encounter],
      period: { start: toTime(visit.date), end: toTime(addMinutes(visit.date, 30)) },
    },
  })
}
