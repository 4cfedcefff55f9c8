import { z } from 'zod'
import type { Entry } from './entries/entry.ts'
import { kindOf, type LineKind, lineKinds, lineTypes } from './lines/kinds.ts'
import { lineOf, type RecordLine } from './lines/line.ts'
import { readWords, searchText } from './lines/search-text.ts'
import { definePage } from './page.ts'
import { allEntries } from './timeline.ts'

/** Characters of a question. */
export const longestQuestion = 100

/** Lines of each kind in one answer. */
const mostOfKind = 20

const query = z.strictObject({ q: z.string().max(longestQuestion).default('') })

export interface FoundGroup {
  kind: LineKind
  /** How many were found; the lines are the first of them. */
  count: number
  lines: readonly RecordLine[]
}

/** What stands in a record with all words of a question, by kind; what is called so comes before what only mentions it. */
export const searchPage = definePage({
  types: lineTypes,
  query,
  view(entries, reading, { q }: z.output<typeof query>) {
    const words = readWords(q)
    const found = new Map<LineKind, { named: Entry[]; others: Entry[] }>()
    for (const entry of words.length === 0 ? [] : allEntries(entries)) {
      const text = searchText(entry)
      if (!words.every((word) => text.all.includes(word))) continue
      const kind = kindOf(entry)
      const group = found.get(kind) ?? { named: [], others: [] }
      const isNamed = words.every((word) => text.name.includes(word))
      group[isNamed ? 'named' : 'others'].push(entry)
      found.set(kind, group)
    }
    const groups = lineKinds.flatMap((kind): FoundGroup[] => {
      const group = found.get(kind)
      if (group === undefined) return []
      const all = [...group.named, ...group.others]
      return [
        { kind, count: all.length, lines: all.slice(0, mostOfKind).map((entry) => lineOf(entry, reading)) },
      ]
    })
    return { groups, total: groups.reduce((sum, { count }) => sum + count, 0) }
  },
})
