import type { Language } from '../languages.ts'
import { conditionNames } from './conditions.ts'
import { documentNames } from './documents.ts'
import type { PlainName, PlainNames } from './name-table.ts'

const tables: readonly PlainNames[] = [conditionNames, documentNames]

/** Several tables may have codes of one system. */
const bySystem = new Map<string, Map<string, PlainName>>()
for (const { system, names } of tables) {
  const known = bySystem.get(system) ?? new Map<string, PlainName>()
  for (const row of names) known.set(row[0], row)
  bySystem.set(system, known)
}

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
