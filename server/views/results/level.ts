import type { Measured, ReferenceRange } from '../entries/observation.ts'
import type { Value } from '../entries/value.ts'
import type { Reading } from '../page.ts'
import { normalRangeOf } from './range.ts'

/** Where a result stands, in words, and the sign that goes with them. */
export interface Level {
  text: string
  sign: 'high' | 'low' | 'abnormal' | 'none'
}

/** Codes of http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation that say something to people. */
const levels = {
  HH: ['results.veryHigh', 'high'],
  HU: ['results.veryHigh', 'high'],
  LL: ['results.veryLow', 'low'],
  LU: ['results.veryLow', 'low'],
  H: ['results.high', 'high'],
  L: ['results.low', 'low'],
  '>': ['results.aboveScale', 'high'],
  '<': ['results.belowScale', 'low'],
  AA: ['results.veryAbnormal', 'abnormal'],
  A: ['results.abnormal', 'abnormal'],
  N: ['results.normal', 'none'],
  POS: ['results.positive', 'none'],
  NEG: ['results.negative', 'none'],
  DET: ['results.detected', 'none'],
  ND: ['results.notDetected', 'none'],
  IND: ['results.indeterminate', 'none'],
  E: ['results.indeterminate', 'none'],
  RR: ['results.reactive', 'none'],
  WR: ['results.weaklyReactive', 'none'],
  NR: ['results.nonReactive', 'none'],
  R: ['results.resistant', 'none'],
  S: ['results.susceptible', 'none'],
  I: ['results.intermediate', 'none'],
} as const

/** What the laboratory says comes first; else the value is compared with the range, and the words say that. */
export function levelOf(measured: Measured, reading: Reading): Level | undefined {
  const code = Object.keys(levels).find((each) => measured.interpretations.includes(each))
  if (code !== undefined) {
    const [key, sign] = levels[code as keyof typeof levels]
    return { text: reading.words(key), sign }
  }
  const place = placeOf(measured.value, normalRangeOf(measured))
  if (place === 'above') return { text: reading.words('results.aboveRange'), sign: 'high' }
  if (place === 'below') return { text: reading.words('results.belowRange'), sign: 'low' }
  return place && { text: reading.words('results.inRange'), sign: 'none' }
}

/** "< 5" is surely below a range that begins at 5, and says nothing about one that begins at 3. */
function placeOf(value: Value | undefined, range: ReferenceRange | undefined) {
  if (!range || (value?.kind !== 'quantity' && value?.kind !== 'number')) return undefined
  const { number } = value
  if (number === undefined) return undefined
  const { low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY } = range
  const comparator = value.kind === 'quantity' ? value.comparator : undefined
  if (comparator === undefined) return number > high ? 'above' : number < low ? 'below' : 'in'
  if (comparator.startsWith('>')) return number >= high ? 'above' : undefined
  return number <= low ? 'below' : undefined
}
