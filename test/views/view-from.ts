import {
  byNewest,
  type EntryType,
  groupEntries,
  type Page,
  type PersonPage,
  type PersonViews,
  personPages,
  readEntry,
} from '#server/views/views.ts'
import type { Language } from '#words/languages.ts'
import { wordsOf } from '#words/words.ts'

/**
 * A page made from records that are given without type and id; they get ids in their order: `0000`, `0001` ... What cannot be read
 * is left out, as in the portal.
 */
export function viewFrom<Name extends PersonPage>(
  name: Name,
  records: Partial<Record<EntryType, readonly object[]>>,
  language: Language,
  now = new Date('2026-06-01T12:00:00Z'),
  query: object = {},
): PersonViews[Name] {
  const page: Page<EntryType, object> = personPages[name]
  const lists = page.types.map((type) => {
    const entries = (records[type] ?? []).flatMap(
      (record, index) =>
        readEntry(
          type,
          JSON.stringify({ resourceType: type, id: String(index).padStart(4, '0'), ...record }),
        ) ?? [],
    )
    return [type, entries.sort(byNewest)] as const
  })
  const view = page.view(groupEntries(lists), { language, words: wordsOf(language), now }, query)
  return { ...view, leftOut: 0 } as PersonViews[Name]
}
