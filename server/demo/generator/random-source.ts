import { hash } from 'node:crypto'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Repeatable chance: the same place always gives the same numbers. */
export interface Dice {
  /** A whole number, both ends included. */
  whole(least: number, most: number): number
  /** A number rounded to so many decimals. */
  between(least: number, most: number, decimals?: number): number
  pick<const T extends readonly [unknown, ...unknown[]]>(choices: T): T[number]
  /** True in this percentage of throws. */
  chance(percent: number): boolean
}

/** Separate dice for each place, such as `2026/family/4`. The throws at one place never change those at another. */
export function diceFor(place: string): Dice {
  const generator = xoroshiro128plus(hash('sha256', place, 'buffer').readInt32BE())
  const whole = (least: number, most: number) => uniformInt(generator, least, most)
  return {
    whole,
    between(least, most, decimals = 1) {
      const scale = 10 ** decimals
      return whole(Math.round(least * scale), Math.round(most * scale)) / scale
    },
    pick: (choices) => choices[whole(0, choices.length - 1)] ?? choices[0],
    chance: (percent) => whole(1, 100) <= percent,
  }
}
