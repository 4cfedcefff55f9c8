import type { Reference } from 'fhir/r4'
import { addDays, addMonths, addYears, later, yearsBetween } from './calendar.ts'
import type { Chart } from './chart.ts'
import { addProblem } from './conditions.ts'
import { addVisitNote } from './documents.ts'
import { type LongIllness, type LongIllnessName, longIllnesses } from './illnesses.ts'
import { addLabPanel } from './laboratory.ts'
import type { PanelName } from './laboratory-panels.ts'
import { addLongMedication } from './medications.ts'
import { addProvenance } from './provenance.ts'
import type { Dice } from './random-source.ts'
import { addShortIllness } from './short-illnesses.ts'
import { addSmokingStatus } from './smoking-status.ts'
import { addVisit, type Visit } from './visits.ts'
import { addVitalSigns, type Measured } from './vital-signs.ts'

export interface KnownIllness {
  name: LongIllnessName
  condition: Reference
  since: Date
}

/** Visits over the last years, the illnesses that they follow up, and the medicines for them. */
export function addAdultHistory(chart: Chart, names: readonly LongIllnessName[]): KnownIllness[] {
  const dice = chart.diceFor('visits')
  const { years, monthsApart } = rhythmOf(chart, dice, names)
  const firstDay = addYears(chart.asOf, -years)
  const illnesses = names.map((name) => {
    const onset = onsetOf(chart, name, firstDay)
    return { name, condition: addProblem(chart, longIllnesses[name], onset), since: onset }
  })
  const body = bodyOf(chart, dice, names)
  const visits: Visit[] = []
  for (let month = 0; month < years * 12; month += monthsApart) {
    const day = addDays(addMonths(firstDay, month), dice.whole(0, 25))
    const visit = addAdultVisit(chart, dice, { day, names, body, isYearly: month % 12 === 0 })
    if (visit) visits.push(visit)
  }
  for (const { name, condition } of illnesses)
    for (const medicine of longIllnesses[name].medicines)
      addLongMedication(chart, { name: medicine, reason: condition, visits })
  const passed = dice.whole(0, 2)
  for (let count = 0; count < passed; count += 1)
    addShortIllness(chart, dice, {
      name: dice.pick(['cold', 'ankleSprain', 'sinusitis', 'strepThroat'] as const),
      day: addDays(chart.asOf, -dice.whole(20, 1800)),
      measured: body(),
    })
  return illnesses
}

/** Up to nine years before the first visit that is on record, and never in childhood. */
function onsetOf(chart: Chart, name: LongIllnessName, firstDay: Date): Date {
  const earlier = addDays(firstDay, -chart.diceFor(`onset/${name}`).whole(5, 3300))
  return later(earlier, addYears(chart.person.birth, 18))
}

/** Long illnesses are seen every half year, those of the demo's adult every quarter and for longer. */
function rhythmOf(chart: Chart, dice: Dice, names: readonly unknown[]) {
  if (chart.person.isLongTermPatient) return { years: 8, monthsApart: 3 }
  const possible = yearsBetween(chart.person.birth, chart.asOf) - 20
  const years = Math.max(1, Math.min(possible, dice.whole(3, 6)))
  return { years, monthsApart: names.length > 0 ? 6 : 12 }
}

function addAdultVisit(
  chart: Chart,
  dice: Dice,
  { day, names, body, isYearly }: Omit<AdultVisit, 'visit'> & { day: Date },
): Visit | undefined {
  const visit = addVisit(chart, dice, { kind: isYearly ? 'checkUp' : 'followUp', day })
  if (!visit) return undefined
  const before = chart.records.length - 1
  addVitalSigns(chart, visit, body())
  if (isYearly) addSmokingStatus(chart, visit)
  for (const panel of panelsOf(names, { isYearly }))
    addLabPanel(chart, dice, visit, { name: panel, illnesses: names })
  addVisitNote(chart, visit, noteOf(chart, names, { isYearly }))
  addProvenance(chart, visit, chart.records.slice(before))
  return visit
}

interface AdultVisit {
  names: readonly LongIllnessName[]
  body: () => Measured
  isYearly: boolean
}

function panelsOf(names: readonly LongIllnessName[], { isYearly }: { isYearly: boolean }): Set<PanelName> {
  const followed = names.flatMap((name): readonly PanelName[] => longIllnesses[name].panels)
  return new Set(isYearly ? ['metabolic', 'lipids', 'bloodCount', ...followed] : followed)
}

/** Measures the same body at each visit. Its height stays, and the other values vary a little. */
function bodyOf(chart: Chart, dice: Dice, names: readonly LongIllnessName[]): () => Measured {
  const height = chart.person.gender === 'female' ? dice.between(152, 175) : dice.between(165, 190)
  const usualBmi = names.includes('diabetes') ? dice.between(28, 35) : dice.between(20, 29)
  const pressure = names.includes('hypertension') ? [124, 148, 78, 92] : [108, 126, 66, 80]
  const [low = 110, high = 125, lowest = 68, highest = 80] = pressure
  return () => {
    const bmi = Math.round((usualBmi + dice.between(-0.6, 0.6)) * 10) / 10
    return {
      bloodPressure: { systolic: dice.whole(low, high), diastolic: dice.whole(lowest, highest) },
      ...{ height, weight: Math.round(bmi * (height / 100) ** 2 * 10) / 10, bmi },
      heartRate: dice.whole(60, 86),
      respiratoryRate: dice.whole(12, 18),
      temperature: dice.between(36.4, 37.1),
      oxygen: dice.whole(95, 99),
    }
  }
}

function noteOf(
  chart: Chart,
  names: readonly LongIllnessName[],
  { isYearly }: { isYearly: boolean },
): string[] {
  const followed = names.map((name) => {
    const { snomed }: LongIllness = longIllnesses[name]
    return `${snomed[2] ?? snomed[1]}: steady. Continue as before.`
  })
  return [
    `${chart.person.given} came for ${isYearly ? 'the yearly check-up' : 'a follow-up'}.`,
    ...(followed.length > 0 ? followed : ['No complaints. Nothing unusual on examination.']),
    'Talked about food, movement, sleep and mood.',
  ]
}
