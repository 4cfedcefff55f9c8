import { allergiesOf } from './allergies.ts'
import { conditionsPage } from './conditions.ts'
import { immunizationsPage } from './immunizations.ts'
import { latestVitals } from './latest-vitals.ts'
import { medicinesPage } from './medicines.ts'
import { newsOf } from './news.ts'
import { definePage } from './page.ts'
import { describeVisit, isComing } from './visits.ts'

/** As many lines of another page as stand here. */
const few = 5

const notTakenPlace = new Set(['planned', 'cancelled', 'entered-in-error'])

/** What matters most, of each other page a little. */
export const overviewPage = definePage({
  types: [
    ...(['Patient', 'AllergyIntolerance', 'Condition', 'Immunization', 'Encounter'] as const),
    ...(['MedicationRequest', 'MedicationStatement', 'MedicationDispense', 'Medication'] as const),
    ...(['Observation', 'DiagnosticReport', 'DocumentReference', 'Procedure'] as const),
  ],
  view(entries, reading) {
    const { current } = medicinesPage.view(entries, reading, undefined)
    const { active } = conditionsPage.view(entries, reading, undefined)
    const next = entries.Encounter.findLast((visit) => isComing(visit, reading.now))
    const last = entries.Encounter.find(
      ({ status, time }) =>
        !notTakenPlace.has(status ?? '') && time !== undefined && time <= reading.now.getTime(),
    )
    return {
      allergies: allergiesOf(entries.AllergyIntolerance, reading),
      news: newsOf(entries, reading),
      due: immunizationsPage.view(entries, reading, undefined).due,
      medicines: { lines: current.slice(0, few), count: current.length },
      conditions: { lines: active.slice(0, few), count: active.length },
      vitals: latestVitals(entries.Observation, reading),
      next: next && describeVisit(next, reading),
      last: last && describeVisit(last, reading),
    }
  },
})
