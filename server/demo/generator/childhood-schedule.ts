import type { VaccineName } from './vaccines.ts'

export interface Dose {
  vaccine: VaccineName
  /** Age in months. */
  month: number
  number: number
  of: number
}

/**
 * Ages in months at which each vaccine is due:
 * https://www.cdc.gov/vaccines/hcp/imz-schedules/child-adolescent-age.html (the yearly flu shot is apart).
 */
const monthsDue = {
  hepB: [0, 2, 6],
  rotavirus: [2, 4, 6],
  dtap: [2, 4, 6, 15, 50],
  hib: [2, 4, 6, 12],
  pcv13: [2, 4, 6, 12],
  polio: [2, 4, 6, 50],
  mmr: [12, 50],
  varicella: [12, 50],
  hepA: [12, 18],
  tdap: [134],
  hpv: [134, 140],
  meningococcal: [134, 194],
} as const satisfies Partial<Record<VaccineName, readonly number[]>>

/** Every dose up to the age of 18, in the order in which they are due. */
export const childhoodDoses: readonly Dose[] = Object.entries(monthsDue)
  .flatMap(([vaccine, months]) =>
    months.map((month, index) => ({
      vaccine: vaccine as VaccineName,
      month,
      number: index + 1,
      of: months.length,
    })),
  )
  .sort((one, other) => one.month - other.month)

/** Ages in months of the well-child visits; every vaccine that is due is given at one of them. */
export const childhoodVisitMonths: readonly number[] = [
  ...[1, 2, 4, 6, 9, 12, 15, 18, 24, 30],
  ...Array.from({ length: 15 }, (_, year) => (year + 3) * 12 + 2),
]
