import type { Visit } from './compile-path.ts'
import type { IndexRows } from './index-rows.ts'
import {
  convert,
  exactly,
  highestNumber,
  lowestNumber,
  type NumberRange,
  unitsOfQuantity,
} from './number-values.ts'

/** Quantity and the types that are built like it, Money, Range and SampledData: https://hl7.org/fhir/R4/search.html#quantity */
interface QuantityElement {
  value?: unknown
  comparator?: unknown
  unit?: unknown
  system?: unknown
  code?: unknown
  /** Of Money. */
  currency?: unknown
  /** Of Range. */
  low?: QuantityElement
  high?: QuantityElement
  /** Of SampledData. */
  origin?: QuantityElement
  data?: unknown
  factor?: unknown
  lowerLimit?: unknown
  upperLimit?: unknown
}

/** A range in a unit that the index knows; '' is the number alone. */
export interface MeasuredRange extends NumberRange {
  unit: string
}

export function quantityRows(code: string): Visit<IndexRows> {
  return (value, rows) => {
    for (const { low, high, unit } of rangesOf(value)) rows.addRange(code, low, high, unit)
    // The element is there, so `:missing=true` must not find the record.
    if (!rows.hasRowsOf(code)) rows.addText(code, '', '')
  }
}

/** The rows of a value: one for each name of its unit, and one for the number alone. */
export function rangesOf(value: unknown): MeasuredRange[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [{ ...exactly(value), unit: '' }] : []
  if (typeof value !== 'object' || value === null) return []
  const quantity = value as QuantityElement
  const limits = limitsOf(quantity)
  if (!limits) return []
  const [low, high] = limits
  const ranges: MeasuredRange[] = [{ low, high: above(high), unit: '' }]
  for (const { name, unit } of unitsOf(quantity)) {
    const from = unit ? convert(low, unit) : low
    const to = unit ? convert(high, unit) : high
    ranges.push({ low: from, high: above(to), unit: name })
  }
  return ranges
}

function above(value: number): number {
  return exactly(value).high
}

/** The lowest and the highest number, both included. `<5` could be anything below. */
function limitsOf(quantity: QuantityElement): [number, number] | undefined {
  if (quantity.low !== undefined || quantity.high !== undefined) {
    const low = numberOf(quantity.low?.value)
    const high = numberOf(quantity.high?.value)
    if (low === undefined && high === undefined) return undefined
    return [low ?? lowestNumber, high ?? highestNumber]
  }
  if (quantity.origin !== undefined) return limitsOfSamples(quantity)
  const value = numberOf(quantity.value)
  if (value === undefined) return undefined
  if (quantity.comparator === '<' || quantity.comparator === '<=') return [lowestNumber, value]
  if (quantity.comparator === '>' || quantity.comparator === '>=') return [value, highestNumber]
  return [value, value]
}

/**
 * From the lowest to the highest of the samples; `L` and `U` are those below and above what could be measured
 * (https://hl7.org/fhir/R4/datatypes.html#SampledData).
 */
function limitsOfSamples(samples: QuantityElement): [number, number] | undefined {
  const { origin, data, factor, lowerLimit, upperLimit } = samples
  const [zero, scale] = [numberOf(origin?.value) ?? 0, numberOf(factor) ?? 1]
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  const note = (value: number) => {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  for (const sample of typeof data === 'string' ? data.trim().split(/\s+/) : [])
    if (sample === 'L') note(numberOf(lowerLimit) ?? lowestNumber)
    else if (sample === 'U') note(numberOf(upperLimit) ?? highestNumber)
    else if (/^-?\d/.test(sample) && Number.isFinite(Number(sample))) note(zero + Number(sample) * scale)
  return low <= high ? [low, high] : undefined
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function unitsOf(quantity: QuantityElement): ReturnType<typeof unitsOfQuantity> {
  if (typeof quantity.currency === 'string')
    return unitsOfQuantity('urn:iso:std:iso:4217', quantity.currency, '')
  const source = quantity.origin ?? quantity.low ?? quantity.high ?? quantity
  return unitsOfQuantity(textOf(source.system), textOf(source.code), textOf(source.unit))
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
