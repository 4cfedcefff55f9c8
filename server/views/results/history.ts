import type { Measured, ObservationEntry } from '../entries/observation.ts'
import type { Value } from '../entries/value.ts'
import type { Reading } from '../page.ts'
import { valueText } from '../text/value-text.ts'
import { numberIn } from './range.ts'
import { testKeyOf } from './test-key.ts'

/** A value and when it was measured. */
export interface Earlier {
  measured: Measured
  date: string | undefined
  time: number | undefined
}

/** What the same test said the time before, by id of the Observation and key of the test. */
export type History = ReadonlyMap<string, Earlier>

const discarded = new Set(['entered-in-error', 'cancelled'])

/** Whether a result is one: neither entered by mistake nor cancelled. */
export function counts({ status }: { status: string | undefined }): boolean {
  return !discarded.has(status ?? '')
}

/** What an Observation has measured: its own value, and each of its components. */
export function measuresOf(entry: ObservationEntry): Measured[] {
  return [entry, ...entry.components]
}

/** For each value the one of the time before. The entries come the newest first. */
export function historyOf(entries: readonly ObservationEntry[]): History {
  const latest = new Map<string, { here: Earlier; before: Earlier | undefined }>()
  const history = new Map<string, Earlier>()
  for (const entry of entries.toReversed().filter(counts)) {
    for (const { key, measured } of keyedValues(entry)) {
      const known = latest.get(key)
      // Two results of one moment are no change of each other.
      const before = known?.here.time === entry.time ? known?.before : known?.here
      if (before) history.set(placeOf(entry.id, key), before)
      latest.set(key, { here: { measured, date: entry.date, time: entry.time }, before })
    }
  }
  return history
}

function keyedValues(entry: ObservationEntry): Array<{ key: string; measured: Measured }> {
  if (entry.time === undefined) return []
  return measuresOf(entry).flatMap((measured) => {
    const key = testKeyOf(measured.what)
    return key === undefined || measured.value === undefined ? [] : [{ key, measured }]
  })
}

function placeOf(id: string, key: string): string {
  return `${id} ${key}`
}

/** How a value differs from the one of the time before. */
export interface Change {
  kind: 'higher' | 'lower' | 'same' | 'other'
  /** The value of the time before. */
  before: string
  /** As the record writes it. */
  date: string | undefined
}

export function changeOf(
  id: string,
  measured: Measured,
  history: History,
  reading: Reading,
): Change | undefined {
  const key = testKeyOf(measured.what)
  const earlier = key === undefined ? undefined : history.get(placeOf(id, key))
  const before = valueText(earlier?.measured.value, reading)
  const now = valueText(measured.value, reading)
  if (earlier === undefined || before === undefined || now === undefined) return undefined
  return { kind: kindOf(measured, earlier.measured, now === before), before, date: earlier.date }
}

function kindOf(now: Measured, before: Measured, isSame: boolean): Change['kind'] {
  if (isSame) return 'same'
  const [a, b] = [numberIn(now), numberIn(before)]
  if (a === undefined || b === undefined || scaleOf(now.value) !== scaleOf(before.value)) return 'other'
  return a > b ? 'higher' : 'lower'
}

/** Values of one scale can be compared: the same unit, and neither "more than" nor "less than". */
export function scaleOf(value: Value | undefined): string | undefined {
  if (value?.kind !== 'quantity') return value?.kind
  return value.comparator === undefined
    ? (value.code ?? value.unit ?? '')
    : `${value.comparator} ${value.unit}`
}
