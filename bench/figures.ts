import type { StoreKind } from './databases.ts'

/** One line of the table. */
export interface Figure {
  work: string
  /** What counts: the ratio to the floor where there is a floor, else what was measured. */
  goal?: { atLeast: number } | { atMost: number }
  measured: number
  unit: string
  /** In the same unit, in the same run. */
  floor?: number
  /** The median of the ratios of neighbouring slices, not the ratio of the medians. */
  ratio?: number
}

export function isMet({ goal, ratio, measured }: Figure): boolean | undefined {
  if (!goal) return undefined
  const value = ratio ?? measured
  return 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost
}

/** Prints the lines as they come, and keeps them. */
export function createTable(kind: StoreKind, print: (line: string) => void) {
  const figures: Figure[] = []
  print(`\n| ${kind} | goal | measured | floor | ratio | met |\n|---|---|---|---|---|---|`)
  return {
    figures,
    add(...added: Figure[]) {
      for (const figure of added) {
        figures.push(figure)
        print(describe(figure))
      }
    },
  }
}

function describe(figure: Figure): string {
  const { work, goal, measured, unit, floor, ratio } = figure
  const limit = goal && ('atLeast' in goal ? `at least ${goal.atLeast}` : `at most ${goal.atMost}`)
  const met = isMet(figure)
  const cells = [
    work,
    limit ?? '',
    `${short(measured)} ${unit}`,
    floor === undefined ? '' : short(floor),
    ratio === undefined ? '' : ratio.toFixed(2),
    met === undefined ? '' : met ? 'yes' : 'NO',
  ]
  return `| ${cells.join(' | ')} |`
}

function short(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(3)
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}
