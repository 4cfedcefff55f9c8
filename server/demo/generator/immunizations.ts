import type { CodeableConcept } from 'fhir/r4'
import { addDays, addMonths, addYears, openDay, toDay, toTime, yearsBetween } from './calendar.ts'
import type { Chart } from './chart.ts'
import { childhoodDoses, type Dose } from './childhood-schedule.ts'
import { coded, codingOf, quantity, usCore } from './coding.ts'
import type { Dice } from './random-source.ts'
import { diseases, type Vaccine, type VaccineName, vaccines } from './vaccines.ts'
import type { Visit } from './visits.ts'

/** Every due dose of the childhood schedule, and the flu shot of every season. */
export function addChildhoodImmunizations(chart: Chart, visits: ReadonlyMap<number, Visit>): void {
  const dice = chart.diceFor('immunizations')
  const { birth } = chart.person
  for (const dose of childhoodDoses) {
    const visit = visits.get(dose.month)
    // The first dose is given in the hospital on the day after birth, and one falls between two visits.
    const given = visit?.date ?? addDays(addMonths(birth, dose.month), 1)
    if (given < chart.asOf)
      addImmunization(chart, dice, { dose: whichPneumococcal(dose, given), given, visit })
  }
  const firstSeason = addMonths(birth, 6)
  const seasons = chart.asOf.getUTCFullYear() - firstSeason.getUTCFullYear() + 1
  addFluShots(chart, dice, Math.min(seasons, 12), firstSeason)
}

/** A flu shot in most years, a booster every ten, and what older adults need. */
export function addAdultImmunizations(chart: Chart): void {
  const dice = chart.diceFor('immunizations')
  const age = yearsBetween(chart.person.birth, chart.asOf)
  addFluShots(chart, dice, dice.whole(3, 9), addYears(chart.person.birth, 18))
  const give = (vaccine: VaccineName, yearsAgo: number, number = 1, of = 1) => {
    const given = openDay(addDays(addYears(chart.asOf, -yearsAgo), -dice.whole(20, 300)))
    addImmunization(chart, dice, { dose: { vaccine, number, of }, given })
  }
  give('tdap', dice.whole(0, 8))
  if (dice.chance(70)) give('covid', dice.whole(0, 1))
  if (age >= 51) {
    const first = openDay(addDays(addYears(chart.person.birth, Math.max(50, age - 6)), dice.whole(10, 200)))
    addImmunization(chart, dice, { dose: { vaccine: 'shingles', number: 1, of: 2 }, given: first })
    const second = openDay(addMonths(first, 4))
    addImmunization(chart, dice, { dose: { vaccine: 'shingles', number: 2, of: 2 }, given: second })
  }
  if (age >= 66) give('pcv20', dice.whole(0, 2))
}

/** The dates since which the vaccines against more strains are used: https://www.cdc.gov/mmwr/volumes/72/wr/mm7239a5.htm */
const pcv13Since = new Date('2010-03-12')
const pcv20Since = new Date('2023-09-29')

function whichPneumococcal(dose: Dose, given: Date): Omit<Dose, 'month'> {
  if (dose.vaccine !== 'pcv13') return dose
  if (given < pcv13Since) return { ...dose, vaccine: 'pcv7' }
  return given < pcv20Since ? dose : { ...dose, vaccine: 'pcv20' }
}

/** Seasons begin in September; from 2024 on the vaccine has three strains again. */
function addFluShots(chart: Chart, dice: Dice, seasons: number, earliest: Date): void {
  const startsAsBaby = chart.person.role === 'child'
  const lastYear = chart.asOf.getUTCFullYear()
  for (let year = lastYear - seasons + 1; year <= lastYear; year += 1) {
    const given = openDay(new Date(Date.UTC(year, 8, dice.whole(8, 60))))
    if (given < earliest || given >= chart.asOf) continue
    const vaccine = year >= 2024 ? 'fluThreeStrains' : 'fluFourStrains'
    const isFirst = startsAsBaby && given < addYears(earliest, 1)
    addImmunization(chart, dice, { dose: { vaccine, number: 1, of: isFirst ? 2 : 1 }, given })
    // The first flu shot in life is repeated after four weeks.
    const again = openDay(addDays(given, 28))
    if (isFirst && again < chart.asOf)
      addImmunization(chart, dice, { dose: { vaccine, number: 2, of: 2 }, given: again })
  }
}

interface Given {
  dose: Omit<Dose, 'month'>
  given: Date
  visit?: Visit | undefined
}

function addImmunization(chart: Chart, dice: Dice, { dose, given, visit }: Given): void {
  const vaccine: Vaccine = vaccines[dose.vaccine]
  chart.add({
    resourceType: 'Immunization',
    meta: usCore('us-core-immunization'),
    status: 'completed',
    vaccineCode: codeOf(vaccine),
    patient: chart.subject,
    ...(visit && { encounter: visit.encounter }),
    occurrenceDateTime: visit ? toTime(given) : toDay(given),
    primarySource: true,
    location: chart.clinic.office,
    manufacturer: { display: vaccine.maker },
    lotNumber: `${dice.pick(['A', 'C', 'K', 'R', 'U', 'X'])}${dice.whole(1000, 9999)}${dice.pick(['AA', 'AB', 'CA'])}`,
    expirationDate: toDay(addMonths(given, dice.whole(4, 18))),
    ...whereGiven(vaccine, yearsBetween(chart.person.birth, given), dice),
    doseQuantity: quantity(vaccine.volume, ['mL', 'mL']),
    performer: [
      {
        function: coded('immunizationFunction', ['AP', 'Administering Provider', 'Gave the vaccine']),
        actor: chart.doctor,
      },
    ],
    protocolApplied: [
      {
        targetDisease: vaccine.targets.map((target) => coded('snomed', diseases[target])),
        doseNumberPositiveInt: dose.number,
        seriesDosesPositiveInt: dose.of,
      },
    ],
  })
}

/** The codes that US Core asks for: first the CVX code, and the NDC where it is known. */
function codeOf({ code, ndc }: Vaccine): CodeableConcept {
  const concept = coded('cvx', code)
  if (ndc === undefined) return concept
  return { ...concept, coding: [...(concept.coding ?? []), codingOf('ndc', ndc)] }
}

/** Babies get the injection in the thigh, everybody else in the arm. */
function whereGiven(
  { way }: Vaccine,
  age: number,
  dice: Dice,
): { route: CodeableConcept; site?: CodeableConcept } {
  if (way === 'mouth') return { route: coded('routeOfAdministration', ['PO', 'Swallow, oral', 'By mouth']) }
  const route =
    way === 'skin'
      ? coded('routeOfAdministration', ['SQ', 'Injection, subcutaneous', 'Injection under the skin'])
      : coded('routeOfAdministration', ['IM', 'Injection, intramuscular', 'Injection into the muscle'])
  return { route, site: coded('actSite', age < 1 ? dice.pick(thighs) : dice.pick(arms)) }
}

const thighs = [
  ['LT', 'left thigh', 'Left thigh'],
  ['RT', 'right thigh', 'Right thigh'],
] as const
const arms = [
  ['LA', 'left arm', 'Left arm'],
  ['RA', 'right arm', 'Right arm'],
] as const
