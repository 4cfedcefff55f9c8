import type { Concept } from './concept.ts'
import type { Entries } from './entries/entries.ts'
import { byNewest } from './entries/entry.ts'
import type { Reading } from './page.ts'
import { nameOf } from './plain-name.ts'

const types = [
  ...(['DiagnosticReport', 'DocumentReference', 'Immunization', 'Condition'] as const),
  ...(['Procedure', 'MedicationRequest'] as const),
]

/** Something that came into the record, or changed in it. */
export interface NewsLine {
  id: string
  name: string
  /** What kind of thing it is, in words. */
  kind: string
  /** When it happened. */
  date: string | undefined
  /** When the server got it. */
  arrived: string
}

/** More than that is no news but a whole record, and the first page has to be light. */
const mostNews = 30

// words: news.*

/** As many as stand there on the first visit. */
const mostLatest = 5

/**
 * What came last into the record, the newest first: the browser knows since when it is new to its reader. For the first visit, when
 * all is new, what happened last.
 */
export function newsOf(
  entries: Pick<Entries, (typeof types)[number] | 'Medication'>,
  reading: Reading,
): { arrived: NewsLine[]; latest: NewsLine[] } {
  const medicines = new Map(entries.Medication.map(({ id, what }) => [id, what]))
  const found = types.flatMap((type) =>
    entries[type].flatMap((entry): Found[] => {
      const { id, date, time, updated = 0, status } = { status: undefined, ...entry }
      if (status === 'entered-in-error') return []
      const what =
        'medication' in entry ? (medicines.get(entry.medication?.id ?? '') ?? entry.what) : entry.what
      return [{ type, id, date, time, updated, what }]
    }),
  )
  const lineOf = (each: Found) => newsLine(each, reading)
  const isOver = ({ time }: Found) => time !== undefined && time <= reading.now.getTime()
  return {
    arrived: found
      .toSorted((one, other) => other.updated - one.updated || byNewest(one, other))
      .slice(0, mostNews)
      .map(lineOf),
    latest: found.filter(isOver).sort(byNewest).slice(0, mostLatest).map(lineOf),
  }
}

interface Found {
  type: (typeof types)[number]
  id: string
  date: string | undefined
  time: number | undefined
  updated: number
  what: Concept
}

function newsLine({ type, id, date, updated, what }: Found, { language, words }: Reading): NewsLine {
  return {
    id: `${type}/${id}`,
    name: nameOf(what, language)?.name ?? words('shared.unnamed'),
    kind: words(`news.${type}`),
    date,
    arrived: new Date(updated).toISOString(),
  }
}
