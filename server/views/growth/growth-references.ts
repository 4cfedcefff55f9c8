import { createRequire } from 'node:module'

export type Sex = 'male' | 'female'
export type GrowthMeasure = 'weight' | 'height' | 'bmi' | 'head'

/** Skewness, median and coefficient of variation of a measure at an age. */
export interface Lms {
  l: number
  m: number
  s: number
}

/** Ages with L, M and S, the youngest first. */
type Table = ReadonlyArray<readonly [age: number, l: number, m: number, s: number]>

type References = Record<'who' | 'cdc', Record<string, Record<string, string>>>

/** Days of a month, and months, as WHO and CDC count them. */
export const daysInMonth = 30.4375

/** Up to this age WHO, from then on CDC. */
const cdcFrom = 24 * daysInMonth

const tables = new Map<string, Table>()
let references: References | undefined

/** Read when a child's page is first made: the others need none of it. */
function tableOf(source: 'who' | 'cdc', sex: Sex, measure: string): Table {
  const key = `${source} ${sex} ${measure}`
  const known = tables.get(key)
  if (known) return known
  references ??= createRequire(import.meta.url)('./growth-references.json') as References
  const text = references[source][sex]?.[measure] ?? ''
  const table = text
    .split(';')
    .filter(Boolean)
    .map((row) => {
      const [age = 0, l = 0, m = 0, s = 0] = row.split(' ').map(Number)
      return [age, l, m, s] as const
    })
  tables.set(key, table)
  return table
}

/**
 * The reference at an age in days, between two rows in proportion. Undefined where the charts end: BMI begins at two years, head
 * circumference ends at three, all else at twenty.
 */
export function referenceAt(measure: GrowthMeasure, sex: Sex, days: number): Lms | undefined {
  if (days < 0) return undefined
  if (days >= cdcFrom) return between(tableOf('cdc', sex, measure), days / daysInMonth)
  // The last row of WHO stands for the rest of its month.
  return between(tableOf('who', sex, measure === 'height' ? 'length' : measure), Math.min(days, 730))
}

function between(table: Table, age: number): Lms | undefined {
  const after = table.findIndex(([each]) => each >= age)
  const high = table[after]
  if (!high) return undefined
  const low = table[after - 1]
  if (!low) return high[0] === age ? { l: high[1], m: high[2], s: high[3] } : undefined
  const part = (age - low[0]) / (high[0] - low[0])
  const mix = (index: 1 | 2 | 3) => low[index] + (high[index] - low[index]) * part
  return { l: mix(1), m: mix(2), s: mix(3) }
}
