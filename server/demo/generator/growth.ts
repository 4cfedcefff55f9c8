import { monthsBetween } from './calendar.ts'
import type { Person } from './family-plan.ts'
import type { Dice } from './random-source.ts'

/** The growth of one child: like most children, or steadily a little faster or slower. */
export interface Growth {
  weight: number
  height: number
  /** The percentage of children of the same age who are lighter for their height. */
  percentile: number
}

export function growthOf(dice: Dice): Growth {
  const percentile = dice.whole(12, 90)
  return { weight: 1 + ((percentile - 50) / 50) * 0.14, height: dice.between(0.97, 1.03, 3), percentile }
}

/** Ages in months, and the median of girls and boys, in round numbers. */
const months = [0, 2, 4, 6, 9, 12, 18, 24, 36, 48, 60, 84, 108, 132, 156, 180, 216]
const halfway = {
  female: {
    weight: [3.2, 5.1, 6.4, 7.3, 8.2, 8.9, 10.2, 11.5, 13.9, 15.9, 18, 22.8, 29, 37, 46, 52, 57],
    height: [49, 57, 62, 66, 70, 74, 81, 86, 95, 102, 108, 122, 133, 144, 157, 162, 163],
    head: [34, 38, 40.5, 42, 44, 45, 46, 47],
  },
  male: {
    weight: [3.3, 5.6, 7, 7.9, 8.9, 9.6, 10.9, 12.2, 14.3, 16.3, 18.4, 23, 28.5, 36, 46, 57, 67],
    height: [50, 58, 64, 68, 72, 76, 82, 87, 96, 103, 110, 122, 134, 144, 156, 170, 176],
    head: [34.5, 39, 41.5, 43.5, 45, 46, 47.5, 48.5],
  },
} as const

export interface Size {
  /** In kilograms. */
  weight: number
  /** In centimetres. */
  height: number
  head: number | undefined
  percentile: number
}

export function sizeAt({ birth, gender }: Person, date: Date, growth: Growth): Size {
  const age = monthsBetween(birth, date)
  const median = halfway[gender]
  return {
    weight: round(interpolate(median.weight, age) * growth.weight * growth.height ** 2),
    height: round(interpolate(median.height, age) * growth.height),
    head: age <= 24 ? round(interpolate(median.head, age) * growth.height) : undefined,
    percentile: growth.percentile,
  }
}

function interpolate(values: readonly number[], age: number): number {
  const next = months.findIndex((month) => month > age)
  const after = next === -1 ? values.length - 1 : Math.min(next, values.length - 1)
  const [from = 0, to = from] = [months[after - 1], months[after]]
  const [low = 0, high = low] = [values[after - 1], values[after]]
  return low + (high - low) * Math.min((age - from) / (to - from), 1)
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
