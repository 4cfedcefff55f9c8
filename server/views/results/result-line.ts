import type { Measured, ObservationEntry } from '../entries/observation.ts'
import type { Reading } from '../page.ts'
import { nameOf } from '../plain-name.ts'
import { valueText } from '../text/value-text.ts'
import { absentText } from './absent-text.ts'
import { type Change, changeOf, type History } from './history.ts'
import { type Level, levelOf } from './level.ts'
import { numberIn, type RangeView, rangeOf } from './range.ts'
import { statusText } from './status-text.ts'
import { testKeyOf } from './test-key.ts'

/** One measured value in words. */
export interface ResultPart {
  /** The test in an address; undefined when the record does not say what was tested. */
  test: string | undefined
  name: string
  clinical: string | undefined
  /** With its unit; undefined when there is none. */
  value: string | undefined
  /** Why there is no value. */
  absent: string | undefined
  level: Level | undefined
  range: RangeView | undefined
  /** Whether a range would help: of a number, and no range was sent. */
  lacksRange: boolean
  change: Change | undefined
}

/** One result, with its parts when it has some (blood pressure). */
export interface ResultLine extends ResultPart {
  id: string
  /** As the record writes it. */
  date: string | undefined
  /** In words, when it is not simply final. */
  status: string | undefined
  notes: readonly string[]
  parts: readonly ResultPart[]
}

export function resultLine(entry: ObservationEntry, history: History, reading: Reading): ResultLine {
  const parts = entry.components.map((component) => partOf(entry.id, component, history, reading))
  const whole = partOf(entry.id, entry, history, reading)
  const isShell = parts.length > 0 && entry.value === undefined && entry.absentReason === undefined
  return {
    ...whole,
    // What is only announced has no value yet: its state says so.
    absent: isShell || entry.status === 'registered' ? undefined : whole.absent,
    id: entry.id,
    date: entry.date,
    status: statusText(entry.status, reading),
    notes: entry.notes,
    parts,
  }
}

function partOf(id: string, measured: Measured, history: History, reading: Reading): ResultPart {
  const name = nameOf(measured.what, reading.language)
  const value = valueText(measured.value, reading)
  const level = levelOf(measured, reading)
  const range = rangeOf(measured, reading)
  return {
    test: testKeyOf(measured.what),
    name: name?.name ?? reading.words('shared.unnamed'),
    clinical: name?.clinical,
    value,
    absent: value === undefined ? absentText(measured, reading) : undefined,
    // "Positive" is said once.
    level: level?.text.toLowerCase() === value?.toLowerCase() ? undefined : level,
    range,
    lacksRange: range === undefined && numberIn(measured) !== undefined,
    change: changeOf(id, measured, history, reading),
  }
}
