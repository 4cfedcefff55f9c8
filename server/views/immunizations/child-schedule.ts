import type { Disease } from './diseases.ts'

/** From when the rules are, and where they stand. */
export const source = {
  name: 'CDC/ACIP',
  year: 2025,
  url: 'https://www.cdc.gov/vaccines/hcp/imz-schedules/child-adolescent-age.html',
} as const

/** When a dose is recommended: ages in months, the last one inclusive. */
export interface ScheduledDose {
  from: number
  to: number
  /** The least months after the dose before. */
  after?: number
}

/** The doses of one vaccine that children get. Ages are in months. */
export interface Series {
  id: SeriesName
  /** The disease whose doses count. */
  disease: Disease
  doses: readonly ScheduledDose[]
  /** A dose before this age, or from `countsUntil` on, does not count. */
  countsFrom?: number
  countsUntil?: number
  /** The last dose counts from this age on. */
  lastFrom?: number
  /** From this age on it is not given any more to healthy children. */
  notFrom?: number
  /** Other doses when all that were given have these CVX codes, or when the first was given from an age on. */
  variants?: ReadonlyArray<{ codes?: readonly string[]; firstFrom?: number; doses: readonly ScheduledDose[] }>
  /** Fewer doses do when they were given late enough. */
  enough?: ReadonlyArray<{ doses: number; firstFrom?: number; lastFrom: number }>
}

export type SeriesName = (typeof childSchedule)[number]['id']

const months = (from: number, to = from, after?: number): ScheduledDose =>
  after === undefined ? { from, to } : { from, to, after }

const fourYears = 48
const sixYears = 83
const elevenYears = 132
const twelveYears = 155

/**
 * The general schedule from birth to 18 years, with its rules for catching up as far as they decide how many doses are needed. The
 * yearly flu vaccine is apart (yearly-influenza.ts). Not in it: what only some children need.
 */
export const childSchedule = [
  {
    id: 'hepatitisB',
    disease: 'hepatitisB',
    doses: [months(0), months(1, 2), months(6, 18)],
    // Not before 24 weeks.
    lastFrom: 5.5,
  },
  {
    id: 'rotavirus',
    disease: 'rotavirus',
    doses: [months(2), months(4), months(6)],
    notFrom: 8,
    variants: [{ codes: ['119'], doses: [months(2), months(4)] }],
  },
  {
    id: 'dtap',
    disease: 'pertussis',
    doses: [months(2), months(4), months(6), months(15, 18), months(fourYears, sixYears)],
    countsUntil: 120,
    lastFrom: fourYears,
    enough: [{ doses: 4, lastFrom: fourYears }],
  },
  {
    id: 'hib',
    disease: 'hib',
    doses: [months(2), months(4), months(6), months(12, 15)],
    lastFrom: 12,
    notFrom: 60,
    // PRP-OMP needs no dose at six months.
    variants: [{ codes: ['49', '51'], doses: [months(2), months(4), months(12, 15)] }],
    enough: [
      { doses: 1, firstFrom: 15, lastFrom: 15 },
      { doses: 2, firstFrom: 12, lastFrom: 12 },
      { doses: 3, firstFrom: 7, lastFrom: 12 },
    ],
  },
  {
    id: 'pneumococcal',
    disease: 'pneumococcal',
    doses: [months(2), months(4), months(6), months(12, 15)],
    lastFrom: 12,
    notFrom: 60,
    enough: [
      { doses: 1, lastFrom: 24 },
      { doses: 2, firstFrom: 12, lastFrom: 12 },
      { doses: 3, firstFrom: 7, lastFrom: 12 },
    ],
  },
  {
    id: 'polio',
    disease: 'polio',
    doses: [months(2), months(4), months(6, 18), months(fourYears, sixYears)],
    lastFrom: fourYears,
    enough: [{ doses: 3, lastFrom: fourYears }],
  },
  {
    id: 'mmr',
    disease: 'measles',
    doses: [months(12, 15), months(fourYears, sixYears)],
    countsFrom: 12,
  },
  {
    id: 'varicella',
    disease: 'varicella',
    doses: [months(12, 15), months(fourYears, sixYears)],
    countsFrom: 12,
  },
  {
    id: 'hepatitisA',
    disease: 'hepatitisA',
    doses: [months(12, 23), months(18, 23, 6)],
    countsFrom: 12,
  },
  {
    id: 'tdap',
    disease: 'pertussis',
    doses: [months(elevenYears, twelveYears)],
    countsFrom: 120,
  },
  {
    id: 'hpv',
    disease: 'hpv',
    doses: [months(elevenYears, twelveYears), months(elevenYears, twelveYears, 6)],
    countsFrom: 108,
    // Who begins at 15 years or later gets three.
    variants: [{ firstFrom: 180, doses: [months(180), months(181, 182, 1), months(186, 192, 5)] }],
  },
  {
    id: 'meningococcal',
    disease: 'meningococcal',
    doses: [months(elevenYears, twelveYears), months(192, 203, 2)],
    countsFrom: 120,
    enough: [{ doses: 1, lastFrom: 192 }],
  },
] as const satisfies ReadonlyArray<Omit<Series, 'id'> & { id: string }>

/** The columns of the schedule, by the age in months with which each begins. */
export const ages = {
  birth: 0,
  twoMonths: 1,
  fourMonths: 4,
  sixMonths: 6,
  oneYear: 12,
  oneAndAHalf: 15,
  fourYears,
  elevenYears,
  sixteenYears: 180,
} as const

export type AgeName = keyof typeof ages
