import type { Dice } from './random-source.ts'

/** Where a family lives. The towns and streets are made up; ZIP codes that begin with 549 are in Wisconsin. */
export interface Home {
  street: string
  city: string
  state: string
  zip: string
  phone: string
}

const streets = ['Maple', 'Oak', 'Cedar', 'Birch', 'Lakeview', 'Orchard', 'Prairie', 'River', 'Hill'] as const
const kinds = ['Street', 'Avenue', 'Lane', 'Road', 'Court'] as const
const towns = [
  { city: 'Maple Falls', zip: '54998' },
  { city: 'Alder Creek', zip: '54997' },
  { city: 'North Harbor', zip: '54996' },
] as const

export function homeOf(dice: Dice): Home {
  const street = `${dice.whole(11, 989)} ${dice.pick(streets)} ${dice.pick(kinds)}`
  return { street, ...dice.pick(towns), state: 'WI', phone: phoneNumber(dice) }
}

/** 555-0100 to 555-0199 are reserved for fiction, so nobody can be called there. */
export function phoneNumber(dice: Dice): string {
  return `(920) 555-01${String(dice.whole(0, 99)).padStart(2, '0')}`
}

/** As asked by the census: https://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-race.html */
export interface Background {
  race: readonly [code: string, display: string]
  isHispanic: boolean
  language: readonly [code: string, display: string]
}

const english = ['en', 'English'] as const
const spanish = ['es', 'Spanish'] as const
const white = ['2106-3', 'White'] as const
const black = ['2054-5', 'Black or African American'] as const
const asian = ['2028-9', 'Asian'] as const
const native = ['1002-5', 'American Indian or Alaska Native'] as const

export const backgrounds = [
  { race: white, isHispanic: false, language: english },
  { race: white, isHispanic: false, language: english },
  { race: white, isHispanic: true, language: spanish },
  { race: white, isHispanic: true, language: english },
  { race: black, isHispanic: false, language: english },
  { race: black, isHispanic: false, language: english },
  { race: asian, isHispanic: false, language: english },
  { race: native, isHispanic: false, language: english },
] as const satisfies readonly Background[]
