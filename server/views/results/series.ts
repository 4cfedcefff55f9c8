import type { ObservationEntry } from '../entries/observation.ts'
import type { Reading } from '../page.ts'
import { nameOf } from '../plain-name.ts'
import { unitText } from '../text/unit-text.ts'
import { valueText } from '../text/value-text.ts'
import { absentText } from './absent-text.ts'
import { counts, measuresOf, scaleOf } from './history.ts'
import { type Level, levelOf } from './level.ts'
import { normalRangeOf, numberIn, rangeOf } from './range.ts'
import { statusText } from './status-text.ts'
import { testKeyOf } from './test-key.ts'

/** One value of a test, for a chart and for the table beside it. */
export interface SeriesPoint {
  id: string
  /** As the record writes it; `time` is the same in ms. */
  date: string | undefined
  time: number | undefined
  /** In words, or why there is no value. */
  text: string
  /** For the chart; undefined for a value that is no number, or in another unit than the chart. */
  number: number | undefined
  low: number | undefined
  high: number | undefined
  level: Level | undefined
  range: string | undefined
  status: string | undefined
}

/** All values of a test, the newest first. */
export interface Series {
  test: string
  name: string
  clinical: string | undefined
  /** Of the chart, in words. */
  unit: string | undefined
  points: readonly SeriesPoint[]
  /** How many older values are left out. */
  older: number
}

/** Of each test on a page; a chart of more says no more. */
const mostPoints = 1000

/**
 * The values of one test, which may have several keys: of Observations with its code, and of their components. Undefined when the
 * record has none.
 */
export function seriesOf(
  keys: readonly string[],
  observations: readonly ObservationEntry[],
  reading: Reading,
  most = mostPoints,
): Series | undefined {
  const found = observations.filter(counts).flatMap((entry) =>
    measuresOf(entry)
      .filter(({ what }) => keys.includes(testKeyOf(what) ?? ''))
      .map((measured) => ({ entry, measured })),
  )
  const [latest] = found
  if (!latest) return undefined
  const name = nameOf(latest.measured.what, reading.language)
  const shown = found.slice(0, most)
  const scaled = shown.find(({ measured }) => numberIn(measured) !== undefined)?.measured
  const scale = scaleOf(scaled?.value)?.replace(/^[<>]=? /, '')
  const unit = scaled?.value?.kind === 'quantity' ? scaled.value : undefined
  return {
    test: testKeyOf(latest.measured.what) ?? '',
    name: name?.name ?? reading.words('shared.unnamed'),
    clinical: name?.clinical,
    unit: unitText(unit?.unit, unit?.code, reading.words),
    points: shown.flatMap(({ entry, measured }) => pointOf(entry, measured, scale, reading)),
    older: found.length - shown.length,
  }
}

function pointOf(
  entry: ObservationEntry,
  measured: ObservationEntry['components'][number],
  scale: string | undefined,
  reading: Reading,
): SeriesPoint[] {
  const value = valueText(measured.value, reading)
  // The whole of a result with parts has no value of its own: its parts have.
  const isShell = value === undefined && measured === entry && entry.components.length > 0
  if (isShell) return []
  const range = normalRangeOf(measured)
  const isOfScale = scaleOf(measured.value)?.replace(/^[<>]=? /, '') === scale
  return [
    {
      id: entry.id,
      date: entry.date,
      time: entry.time,
      text: value ?? absentText(measured, reading),
      number: isOfScale ? numberIn(measured) : undefined,
      low: range?.low,
      high: range?.high,
      level: levelOf(measured, reading),
      range: rangeOf(measured, reading)?.text,
      status: statusText(entry.status, reading),
    },
  ]
}
