import type { Lms } from './growth-references.ts'

/** How many standard deviations a value lies from the median: https://www.cdc.gov/growthcharts/percentile_data_files.htm */
export function zScoreOf(value: number, { l, m, s }: Lms): number {
  return l === 0 ? Math.log(value / m) / s : ((value / m) ** l - 1) / (l * s)
}

/** The value that lies so many standard deviations from the median. */
export function valueAtZScore(z: number, { l, m, s }: Lms): number {
  return l === 0 ? m * Math.exp(s * z) : m * (1 + l * s * z) ** (1 / l)
}

/** The share of healthy children below, in percent. The normal distribution after Abramowitz and Stegun 7.1.26: exact to 0.00002. */
export function percentileOf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const sum =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  const above = (sum * Math.exp(-x * x)) / 2
  return 100 * (z < 0 ? above : 1 - above)
}

/** The lines of a growth chart: percentile and its z-score. */
export const percentileLines = [
  [3, -1.880794],
  [10, -1.281552],
  [25, -0.67449],
  [50, 0],
  [75, 0.67449],
  [90, 1.281552],
  [97, 1.880794],
] as const
