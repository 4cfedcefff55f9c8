import { toTime } from './calendar.ts'
import type { Chart } from './chart.ts'
import { coded, usCore } from './coding.ts'
import type { Visit } from './visits.ts'

const answers = [
  ['266919005', 'Never smoked tobacco', 'Never smoked'],
  ['266919005', 'Never smoked tobacco', 'Never smoked'],
  ['266919005', 'Never smoked tobacco', 'Never smoked'],
  ['8517006', 'Ex-smoker', 'Used to smoke'],
  ['77176002', 'Smoker', 'Smokes'],
] as const

/** Asked at every yearly check-up, answered in the same way. */
export function addSmokingStatus(chart: Chart, visit: Visit): void {
  chart.add({
    resourceType: 'Observation',
    meta: usCore('us-core-smokingstatus'),
    status: 'final',
    category: [coded('observationCategory', ['social-history', 'Social History', 'Habits'])],
    code: coded('loinc', ['72166-2', 'Tobacco smoking status', 'Smoking']),
    subject: chart.subject,
    encounter: visit.encounter,
    effectiveDateTime: toTime(visit.date),
    performer: [chart.doctor],
    valueCodeableConcept: coded('snomed', chart.diceFor('smoking').pick(answers)),
  })
}
