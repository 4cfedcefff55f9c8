import type { Reference } from 'fhir/r4'
import type { KnownIllness } from './adult-history.ts'
import { addDays, addYears, yearsBetween } from './calendar.ts'
import type { Chart } from './chart.ts'
import { addImplant } from './devices.ts'
import { type LongIllnessName, longIllnesses } from './illnesses.ts'
import { addProcedure } from './procedures.ts'

/** Which long-term illnesses an adult has. The people of the demo's sign-ins have theirs in any case. */
export function illnessesOf(chart: Chart): LongIllnessName[] {
  const { person } = chart
  if (person.isLongTermPatient)
    return ['hypertension', 'diabetes', 'hyperlipidemia', 'atrialFibrillation', 'kneeArthritis']
  if (person.isKnownParent) return ['asthma']
  const dice = chart.diceFor('illnesses')
  const isOlder = yearsBetween(person.birth, chart.asOf) >= 50
  const names = Object.keys(longIllnesses) as LongIllnessName[]
  return names.filter((name) => dice.chance(longIllnesses[name][isOlder ? 'older' : 'younger']))
}

/** Procedures for these illnesses, and implanted devices. */
export function addTreatments(chart: Chart, illnesses: readonly KnownIllness[]): void {
  const dice = chart.diceFor('treatments')
  const age = yearsBetween(chart.person.birth, chart.asOf)
  const yearsAgo = (years: number) => addDays(addYears(chart.asOf, -years), dice.whole(20, 200))
  const known = new Map(illnesses.map((illness) => [illness.name, illness]))
  if (age >= 47) addProcedure(chart, { name: 'colonoscopy', day: yearsAgo(dice.whole(1, 2)), minutes: 40 })
  if (dice.chance(12))
    addProcedure(chart, { name: 'appendectomy', day: yearsAgo(dice.whole(2, 5)), minutes: 60 })
  const asthma = known.get('asthma')
  if (asthma) addProcedure(chart, { name: 'spirometry', ...afterOnset(chart, asthma, 0.5), minutes: 20 })
  const heart = known.get('atrialFibrillation')
  if (heart) {
    addProcedure(chart, { name: 'electrocardiogram', ...afterOnset(chart, heart, 0.2), minutes: 15 })
    const done = afterOnset(chart, heart, 0.4)
    const device = addImplant(chart, 'pacemaker', done.day)
    addProcedure(chart, { name: 'pacemaker', ...done, minutes: 90, device })
  }
  const knee = known.get('kneeArthritis')
  if (knee && (chart.person.isLongTermPatient || dice.chance(40))) {
    const done = afterOnset(chart, knee, 0.7)
    const device = addImplant(chart, 'kneeProsthesis', done.day)
    addProcedure(chart, { name: 'kneeReplacement', ...done, minutes: 110, device })
  }
}

/** A day at that share of the time between the onset of an illness and the day of the data. */
function afterOnset(
  chart: Chart,
  { since, condition }: KnownIllness,
  share: number,
): { day: Date; reason: Reference } {
  const time = since.getTime() + (chart.asOf.getTime() - since.getTime()) * share
  return { day: new Date(time), reason: condition }
}
