import { addDays, addMonths, addYears, monthsBetween, yearsBetween } from './calendar.ts'
import type { Chart } from './chart.ts'
import { childhoodVisitMonths } from './childhood-schedule.ts'
import { addVisitNote } from './documents.ts'
import { type Growth, growthOf, sizeAt } from './growth.ts'
import { addLabPanel } from './laboratory.ts'
import { addProvenance } from './provenance.ts'
import type { Dice } from './random-source.ts'
import { addShortIllness } from './short-illnesses.ts'
import { addVisit, type Visit } from './visits.ts'
import { addVitalSigns, type Measured } from './vital-signs.ts'

/** The well-child visits since birth, by the age in months at which they were due, and the illnesses between them. */
export function addChildHistory(chart: Chart): Map<number, Visit> {
  const dice = chart.diceFor('visits')
  const growth = growthOf(chart.diceFor('growth'))
  const visits = new Map<number, Visit>()
  for (const month of childhoodVisitMonths) {
    const day = addDays(addMonths(chart.person.birth, month), dice.whole(0, 20))
    const visit = day < chart.asOf && addVisit(chart, dice, { kind: 'wellChild', day })
    if (!visit) break
    const before = chart.records.length - 1
    visits.set(month, visit)
    examine(chart, dice, visit, growth)
    if (month === 12 || month === 24) addLabPanel(chart, dice, visit, { name: 'toddler', illnesses: [] })
    addVisitNote(chart, visit, noteOf(chart, visit))
    addProvenance(chart, visit, chart.records.slice(before))
  }
  const age = yearsBetween(chart.person.birth, chart.asOf)
  for (let year = Math.max(1, age - 5); year <= age; year += 1)
    if (dice.chance(45)) addChildIllness(chart, dice, growth, year)
  return visits
}

function addChildIllness(chart: Chart, dice: Dice, growth: Growth, year: number): void {
  const name = dice.pick(['earInfection', 'strepThroat', 'cold', 'ankleSprain'] as const)
  const day = addDays(addYears(chart.person.birth, year), dice.whole(30, 330))
  const { weight } = sizeAt(chart.person, day, growth)
  addShortIllness(chart, dice, { name, day, measured: { weight, ...pulseOf(chart, dice, day) } })
}

function examine(chart: Chart, dice: Dice, visit: Visit, growth: Growth): void {
  const { weight, height, head, percentile } = sizeAt(chart.person, visit.date, growth)
  const age = yearsBetween(chart.person.birth, visit.date)
  addVitalSigns(chart, visit, {
    ...{ height, weight, head },
    ...(age >= 2 && { bmi: Math.round((weight / (height / 100) ** 2) * 10) / 10, bmiPercentile: percentile }),
    ...(age >= 3 && {
      bloodPressure: { systolic: 84 + age * 2 + dice.whole(0, 10), diastolic: 50 + age + dice.whole(0, 8) },
    }),
    ...pulseOf(chart, dice, visit.date),
    temperature: dice.between(36.5, 37.2),
  })
}

/** Heart and breath slow down as children grow. */
function pulseOf(chart: Chart, dice: Dice, date: Date): Measured {
  const years = Math.min(monthsBetween(chart.person.birth, date) / 12, 15)
  return {
    heartRate: Math.round(128 - years * 3.6) + dice.whole(-8, 8),
    respiratoryRate: Math.round(34 - years * 1.2) + dice.whole(-3, 3),
  }
}

function noteOf(chart: Chart, visit: Visit): string[] {
  const months = monthsBetween(chart.person.birth, visit.date)
  const age = months < 24 ? `${months} months` : `${Math.floor(months / 12)} years`
  return [
    `${chart.person.given} came for the well-child visit at ${age}.`,
    'Growing steadily along the own curve. Heart, lungs, belly, skin and joints without findings.',
    'Talked about sleep, food, teeth and safety at home. Vaccines are up to date.',
  ]
}
