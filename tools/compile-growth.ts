/**
 * Makes server/views/growth/growth-references.json: the L, M and S of the growth charts of WHO (below 24 months) and CDC (from then
 * on), as few as interpolation between them needs. `node tools/compile-growth.ts FOLDER`, with the tables in FOLDER.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { argv } from 'node:process'

type Row = Record<string, string>

const measures = {
  weight: 'weight',
  length: 'length',
  height: 'height',
  bmi: 'bmi',
  head_circumference: 'head',
} as const

if (argv[2] === undefined) throw new Error('Usage: node tools/compile-growth.ts FOLDER')
const references = {
  // By days of age.
  who: tablesOf(read(argv[2], 'who-0-24-months.csv').filter(isWanted), 'x'),
  // By months of age.
  cdc: tablesOf(
    read(argv[2], 'cdc-2000.csv').filter(
      ({ measure, age_months: age }) =>
        measure !== 'length' && measure !== 'weight_infant' && Number(age) >= 23.5,
    ),
    'age_months',
  ),
}
writeFileSync(
  join(import.meta.dirname, '../server/views/growth/growth-references.json'),
  `${JSON.stringify(references, undefined, 2)}\n`,
)

/** Each day of the first two weeks, in which a newborn loses and gains weight, then each week and the last day. */
function isWanted({ measure, by, x }: Row): boolean {
  const day = Number(x)
  return by === 'age_days' && measure !== 'bmi' && (day <= 14 || day % 7 === 0 || day === 730)
}

/** Rows of `age L M S` by sex and measure. */
function tablesOf(rows: readonly Row[], age: string): Record<string, Record<string, string>> {
  const tables: Record<string, Record<string, string[]>> = {}
  for (const row of rows) {
    const measure = measures[row.measure as keyof typeof measures]
    const sex = row.sex ?? ''
    tables[sex] ??= {}
    tables[sex][measure] ??= []
    tables[sex][measure].push(
      [row[age], row.L, row.M, row.S].map((text) => Number(Number(text).toPrecision(7))).join(' '),
    )
  }
  return Object.fromEntries(
    Object.entries(tables).map(([sex, byMeasure]) => [
      sex,
      Object.fromEntries(Object.entries(byMeasure).map(([measure, lines]) => [measure, lines.join(';')])),
    ]),
  )
}

function read(folder: string, name: string): Row[] {
  const [head = '', ...lines] = readFileSync(join(folder, name), 'utf8').trim().split(/\r?\n/)
  const columns = head.split(',')
  return lines.map((line) => {
    const cells = line.split(',')
    return Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']))
  })
}
