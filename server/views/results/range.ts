import type { Measured, ReferenceRange } from '../entries/observation.ts'
import type { Reading } from '../page.ts'
import { valueText } from '../text/value-text.ts'

/** A range in words, and a bar of it: all three in percent of its length. */
export interface RangeView {
  text: string
  bar: { from: number; to: number; at: number } | undefined
}

/** Undefined when no range was sent. */
export function rangeOf(measured: Measured, reading: Reading): RangeView | undefined {
  const texts = normalRangesOf(measured).flatMap((range) => textOfRange(range, measured, reading) ?? [])
  if (texts.length === 0) return undefined
  const number = numberIn(measured)
  const range = normalRangeOf(measured)
  return {
    text: [...new Set(texts)].slice(0, 4).join('; '),
    bar: range && number !== undefined ? barOf(range, number) : undefined,
  }
}

/** The one range that the value can be compared with: several are for different people, and in another unit is another number. */
export function normalRangeOf(measured: Measured): ReferenceRange | undefined {
  const [range, ...others] = normalRangesOf(measured).filter(
    ({ low, high }) => low !== undefined || high !== undefined,
  )
  if (!range || others.length > 0) return undefined
  if (range.low !== undefined && range.high !== undefined && range.low > range.high) return undefined
  const units = measured.value?.kind === 'quantity' ? [measured.value.unit, measured.value.code] : []
  const isSame = units.some((unit) => unit?.toLowerCase() === range.unit?.toLowerCase())
  return range.unit === undefined || units.every((unit) => unit === undefined) || isSame ? range : undefined
}

function normalRangesOf({ ranges }: Measured): ReferenceRange[] {
  return ranges.filter(({ kind }) => kind === undefined || kind === 'normal')
}

/** The number that was measured; undefined for a value that is none. */
export function numberIn({ value }: Measured): number | undefined {
  return value?.kind === 'quantity' || value?.kind === 'number' ? value.number : undefined
}

function textOfRange(
  { low, high, unit, text }: ReferenceRange,
  { value }: Measured,
  reading: Reading,
): string | undefined {
  const code =
    value?.kind === 'quantity' && (unit === undefined || unit === value.unit) ? value.code : undefined
  const shown = unit ?? (value?.kind === 'quantity' ? value.unit : undefined)
  const end = (number: number | undefined) =>
    number === undefined ? undefined : { number, unit: shown, code, comparator: undefined }
  return valueText({ kind: 'range', low: end(low), high: end(high) }, reading) ?? text
}

/** The range takes the middle half of the bar. A value far outside stands at the end of it. */
function barOf({ low, high }: ReferenceRange, number: number): RangeView['bar'] {
  if (low !== undefined && high !== undefined && high > low)
    return { from: 25, to: 75, at: clamp(25 + ((number - low) / (high - low)) * 50) }
  if (high !== undefined && high > 0) return { from: 0, to: 70, at: clamp((number / high) * 70) }
  if (low !== undefined && low > 0) return { from: 35, to: 100, at: clamp((number / low) * 35) }
  return undefined
}

function clamp(percent: number): number {
  return Math.round(Math.min(98, Math.max(2, percent)))
}
