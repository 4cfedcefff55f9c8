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

/** What was done for those illnesses, and what was put in. */
export function addTreatments(chart: Chart, illnesses: readonly KnownIllness[]): void {
  const dice = chart.diceFor('treatments')
  const age = yearsBetween(chart.person.birth, chart.asOf)
  const yearsAgo = (years: number) => addDays(addYears(chart.asOf, -years), dice.whole(20, 200))
  const reasonFor = (name: LongIllnessName) => illnesses.find((illness) => illness.name === name)?.condition
  if (age >= 47) addProcedure(chart, { name: 'colonoscopy', day: yearsAgo(dice.whole(1, 2)), minutes: 40 })
  if (dice.chance(12))
    addProcedure(chart, { name: 'appendectomy', day: yearsAgo(dice.whole(2, 5)), minutes: 60 })
  const asthma = reasonFor('asthma')
  if (asthma) addProcedure(chart, { name: 'spirometry', day: yearsAgo(1), minutes: 20, reason: asthma })
  const heart = reasonFor('atrialFibrillation')
  if (heart) {
    addProcedure(chart, { name: 'electrocardiogram', day: yearsAgo(3), minutes: 15, reason: heart })
    const day = yearsAgo(2)
    const device = addImplant(chart, 'pacemaker', day)
    addProcedure(chart, { name: 'pacemaker', day, minutes: 90, reason: heart, device })
  }
  const knee = reasonFor('kneeArthritis')
  if (knee && (chart.person.isLongTermPatient || dice.chance(40))) {
    const day = yearsAgo(1)
    const device = addImplant(chart, 'kneeProsthesis', day)
    addProcedure(chart, { name: 'kneeReplacement', day, minutes: 110, reason: knee, device })
  }
}
