import { type Concept, conceptOf } from '../concept.ts'
import { type Fields, fieldsOf, flagOf, numberOf, textOf } from '../fields.ts'
import { dateTextOf } from './entry.ts'
import { type QuantityEntry, quantityOf } from './quantity.ts'

/** What was measured or found. */
export type Value =
  | ({ kind: 'quantity' } & QuantityEntry)
  | { kind: 'concept'; concept: Concept }
  | { kind: 'text'; text: string }
  | { kind: 'number'; number: number }
  | { kind: 'flag'; flag: boolean }
  | { kind: 'date'; date: string }
  | { kind: 'range'; low: QuantityEntry | undefined; high: QuantityEntry | undefined }
  | { kind: 'ratio'; numerator: QuantityEntry | undefined; denominator: QuantityEntry | undefined }

/** `value[x]` of an Observation or of one of its components. */
export function readValue(fields: Fields): Value | undefined {
  const quantity = quantityOf(fields.valueQuantity)
  if (quantity) return { kind: 'quantity', ...quantity }
  if (fields.valueCodeableConcept !== undefined)
    return { kind: 'concept', concept: conceptOf(fields.valueCodeableConcept) }
  const text = textOf(fields.valueString)
  if (text !== undefined) return { kind: 'text', text }
  const number = numberOf(fields.valueInteger)
  if (number !== undefined) return { kind: 'number', number }
  const flag = flagOf(fields.valueBoolean)
  if (flag !== undefined) return { kind: 'flag', flag }
  const date = dateTextOf(fields.valueDateTime)
  if (date !== undefined) return { kind: 'date', date }
  const time = textOf(fields.valueTime)
  if (time !== undefined) return { kind: 'text', text: time }
  return rangeOf(fields.valueRange) ?? ratioOf(fields.valueRatio)
}

function rangeOf(value: unknown): Value | undefined {
  const { low, high } = fieldsOf(value)
  const range = { low: quantityOf(low), high: quantityOf(high) }
  return range.low || range.high ? { kind: 'range', ...range } : undefined
}

function ratioOf(value: unknown): Value | undefined {
  const { numerator, denominator } = fieldsOf(value)
  const ratio = { numerator: quantityOf(numerator), denominator: quantityOf(denominator) }
  return ratio.numerator || ratio.denominator ? { kind: 'ratio', ...ratio } : undefined
}
