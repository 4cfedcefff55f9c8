import { addDays, addYears, later, toDay, yearsBetween } from './calendar.ts'
import type { Chart } from './chart.ts'
import { type Coded, coded, usCore } from './coding.ts'

interface Allergy {
  code: Coded
  category: 'food' | 'medication' | 'environment'
  criticality: 'low' | 'high'
  reaction: Coded
  severity: 'mild' | 'moderate' | 'severe'
}

const hives = ['126485001', 'Urticaria', 'Hives'] as const
const sneezing = ['76067001', 'Sneezing'] as const

/** SNOMED CT codes of the substances, as US Core wants them. */
const allergies = {
  peanut: {
    code: ['762952008', 'Peanut', 'Peanuts'],
    ...{ category: 'food', criticality: 'high', severity: 'severe' },
    reaction: ['39579001', 'Anaphylaxis', 'Severe allergic reaction (anaphylaxis)'],
  },
  penicillin: {
    code: ['764146007', 'Penicillin'],
    ...{ category: 'medication', criticality: 'high', reaction: hives, severity: 'moderate' },
  },
  grass: {
    code: ['256277009', 'Grass pollen'],
    ...{ category: 'environment', criticality: 'low', reaction: sneezing, severity: 'mild' },
  },
  dustMite: {
    code: ['260147004', 'House dust mite', 'House dust mites'],
    ...{ category: 'environment', criticality: 'low', reaction: sneezing, severity: 'mild' },
  },
  shellfish: {
    code: ['735029006', 'Shellfish'],
    ...{ category: 'food', criticality: 'low', reaction: hives, severity: 'moderate' },
  },
} as const satisfies Record<string, Allergy>

export type AllergyName = keyof typeof allergies

/** One person in three has an allergy. The records of the others say that none is known. */
export function addAllergies(chart: Chart, known: readonly AllergyName[] = []): void {
  const dice = chart.diceFor('allergies')
  const chosen = dice.pick(['peanut', 'penicillin', 'grass', 'dustMite', 'shellfish'] as const)
  const names = known.length > 0 ? known : dice.chance(35) ? [chosen] : []
  const age = yearsBetween(chart.person.birth, chart.asOf)
  const recorded = addDays(addYears(chart.asOf, -dice.whole(0, Math.min(9, Math.max(0, age - 1)))), -10)
  const recordedDate = toDay(later(recorded, chart.person.birth))
  for (const name of names) addAllergy(chart, allergies[name], recordedDate)
  if (names.length > 0) return
  chart.add({
    resourceType: 'AllergyIntolerance',
    meta: usCore('us-core-allergyintolerance'),
    ...confirmed(),
    code: coded('snomed', ['716186003', 'No known allergy', 'No known allergies']),
    patient: chart.subject,
    recordedDate,
    recorder: chart.doctor,
  })
}

/** For whoever chooses an antibiotic. */
export function isAllergicToPenicillin(chart: Chart): boolean {
  const [code] = allergies.penicillin.code
  return chart.records.some(
    (record) =>
      record.resourceType === 'AllergyIntolerance' && record.code?.coding?.some((each) => each.code === code),
  )
}

function addAllergy(chart: Chart, allergy: Allergy, recordedDate: string): void {
  const { code, category, criticality, reaction, severity } = allergy
  chart.add({
    resourceType: 'AllergyIntolerance',
    meta: usCore('us-core-allergyintolerance'),
    ...confirmed(),
    type: 'allergy',
    category: [category],
    criticality,
    code: coded('snomed', code),
    patient: chart.subject,
    recordedDate,
    recorder: chart.doctor,
    reaction: [{ manifestation: [coded('snomed', reaction)], severity }],
  })
}

function confirmed() {
  return {
    clinicalStatus: coded('allergyClinical', ['active', 'Active']),
    verificationStatus: coded('allergyVerification', ['confirmed', 'Confirmed']),
  }
}
