import { z } from 'zod'
import type { Entries } from './entries/entries.ts'
import { byNewest, type Entry } from './entries/entry.ts'
import { kindOf, type LineKind, type LineType, lineKinds, lineTypes } from './lines/kinds.ts'
import { isVoid, lineOf } from './lines/line.ts'
import { definePage } from './page.ts'

/** Lines of one answer. */
const pageSize = 100

const query = z.strictObject({
  kind: z.enum(lineKinds).optional(),
  /** `none`: without a date. */
  year: z
    .string()
    .regex(/^(\d{4}|none)$/, 'is not a year')
    .optional(),
  /** The last line that is known, from `next`. */
  after: z
    .string()
    .regex(/^-?\d{0,20}~[A-Za-z]{1,40}~[A-Za-z0-9.-]{1,64}$/, 'is not a place in the timeline')
    .optional(),
})

/** Everything of a record, the newest first, a hundred lines at a time. What does not count is said so and in no number. */
export const timelinePage = definePage({
  types: lineTypes,
  query,
  view(entries, reading, { kind, year, after }: z.output<typeof query>) {
    const all = allEntries(entries)
    const isOfKind = (entry: Entry) => kind === undefined || kindOf(entry) === kind
    const isOfYear = (entry: Entry) => year === undefined || yearOf(entry) === year
    const wanted = all.filter((entry) => isOfKind(entry) && isOfYear(entry))
    const rest = after === undefined ? wanted : wanted.filter((entry) => inOrder(placeOf(after), entry) < 0)
    const shown = rest.slice(0, pageSize)
    const last = shown.at(-1)
    return {
      lines: shown.map((entry) => lineOf(entry, reading)),
      next: last !== undefined && rest.length > pageSize ? cursorOf(last) : undefined,
      total: wanted.length,
      kinds: countBy(all.filter(isOfYear), kindOf).sort(
        (one, other) => lineKinds.indexOf(one.value) - lineKinds.indexOf(other.value),
      ),
      years: countBy(all.filter(isOfKind), yearOf),
    }
  },
})

/** The newest first. */
export function allEntries(entries: Pick<Entries, LineType>): Entry[] {
  const all: Entry[] = lineTypes.flatMap((type): readonly Entry[] => entries[type])
  return all.sort(inOrder)
}

/** Ids of two types may be the same. */
function inOrder(one: Place, other: Place): number {
  return byNewest(one, other) || (one.type < other.type ? -1 : Number(one.type > other.type))
}

type Place = Pick<Entry, 'type' | 'id' | 'time'>

function cursorOf({ time, type, id }: Entry): string {
  return `${time ?? ''}~${type}~${id}`
}

function placeOf(cursor: string): Place {
  const [time = '', type = '', id = ''] = cursor.split('~')
  return { time: time === '' ? undefined : Number(time), type, id }
}

function yearOf({ date }: Entry): string {
  return date?.slice(0, 4) ?? 'none'
}

interface TimelineCount<Value extends string = string> {
  value: Value
  count: number
}

/** In the order in which they come first. */
function countBy<Value extends LineKind | string>(
  entries: readonly Entry[],
  choose: (entry: Entry) => Value,
): Array<TimelineCount<Value>> {
  const counts = new Map<Value, number>()
  for (const entry of entries) {
    const value = choose(entry)
    counts.set(value, (counts.get(value) ?? 0) + Number(!isVoid(entry)))
  }
  return [...counts].map(([value, count]) => ({ value, count }))
}
