import type { KnownIllness } from './adult-history.ts'
import { yearsBetween } from './calendar.ts'
import type { Chart } from './chart.ts'
import { addProblem } from './conditions.ts'
import { longIllnesses } from './illnesses.ts'
import { addLongMedication } from './medications.ts'
import type { Visit } from './visits.ts'

const earliestAge = 6

export function isSchoolChild(chart: Chart): boolean {
  return yearsBetween(chart.person.birth, chart.asOf) > earliestAge
}

/** One school child in ten, and the elder child of the demo. */
export function hasAsthma(chart: Chart): boolean {
  return isSchoolChild(chart) && (chart.person.isKnownChild || chart.diceFor('asthma').chance(10))
}

/** It is found at a well-child visit and treated at every later one. */
export function addChildAsthma(chart: Chart, visits: readonly Visit[]): KnownIllness[] {
  const treated = visits.filter((visit) => yearsBetween(chart.person.birth, visit.date) >= earliestAge)
  const [first] = treated
  if (!first) return []
  const condition = addProblem(chart, longIllnesses.asthma, first.date)
  for (const name of longIllnesses.asthma.medicines)
    addLongMedication(chart, { name, reason: condition, visits: treated })
  return [{ name: 'asthma', condition, since: first.date }]
}
