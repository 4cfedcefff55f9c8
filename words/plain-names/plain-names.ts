import type { Language } from '../languages.ts'
import { allergyNames } from './allergies.ts'
import { conditionNames, icd10Names } from './conditions.ts'
import { documentNames } from './documents.ts'
import type { PlainNames } from './name-table.ts'
import { testNames } from './tests.ts'
import { vaccineNames } from './vaccines.ts'
import { visitNames } from './visits.ts'

/** All tables. To add one, add it here. */
export const plainNameTables: readonly PlainNames[] = [
  testNames,
  conditionNames,
  icd10Names,
  allergyNames,
  vaccineNames,
  visitNames,
  documentNames,
]

/** A system may have several tables. */
const bySystem = new Map(
  [...Map.groupBy(plainNameTables, ({ system }) => system)].map(
    ([system, ofSystem]) =>
      [system, new Map(ofSystem.flatMap(({ names }) => names.map((row) => [row[0], row] as const)))] as const,
  ),
)

interface Found {
  name: string
  /** One sentence on what it is. */
  about: string | undefined
}

/** The first coding for which we have a word. */
export function findPlainName(
  codings: ReadonlyArray<{ system: string | undefined; code: string | undefined }>,
  language: Language,
): Found | undefined {
  for (const { system, code } of codings) {
    const row = bySystem.get(system ?? '')?.get(code ?? '')
    if (row) return { name: row[1][language], about: row[2]?.[language] }
  }
  return undefined
}
