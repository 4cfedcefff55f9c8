/** Comparisons of dates and quantities for the oracle. */
import type { Prefix } from '#fhir/prefix.ts'
import { findCanonicalUnit } from '#fhir/search/units.ts'

type Json = Record<string, unknown>

/** R4's prefixes over ranges of which the end is not included. */
export function compare(prefix: Prefix, low: number, high: number, from: number, to: number): boolean {
  const isWithin = low >= from && high <= to
  const isAbove = high > to
  const isBelow = low < from
  if (prefix === 'eq') return isWithin
  if (prefix === 'ne') return !isWithin
  if (prefix === 'gt') return isAbove
  if (prefix === 'lt') return isBelow
  if (prefix === 'ge') return isAbove || low >= from
  if (prefix === 'le') return isBelow || high <= to
  if (prefix === 'sa') return low >= to
  if (prefix === 'eb') return high <= from
  return low < to && high > from
}

/** A number's own end is the smallest step above it, in the terms of ranges. */
export function measures(element: unknown, prefix: Prefix, from: number, to: number, asked: string): boolean {
  const value = typeof element === 'number' ? element : (element as Json).value
  if (typeof value !== 'number') return false
  const number = inUnit(value, element as Json, asked)
  if (number === undefined) return false
  return compare(prefix, number, number + Math.max(Math.abs(number) * Number.EPSILON, 1e-300), from, to)
}

/**
 * The value in the unit that is asked for; undefined when the quantity has another one. A bar before the unit asks for one that is not said
 * to be of UCUM.
 */
function inUnit(value: number, quantity: Json, asked: string): number | undefined {
  if (asked === '') return value
  const system = String(quantity.system ?? (quantity.currency ? 'urn:iso:std:iso:4217' : ''))
  const code = String(quantity.code ?? quantity.currency ?? '')
  if (system === 'http://unitsofmeasure.org' && findCanonicalUnit(code)?.unit === asked)
    return converted(value, code)
  if (asked.startsWith('|')) {
    const text = [code, quantity.unit].find(
      (each) => findCanonicalUnit(String(each))?.unit === asked.slice(1),
    )
    const isSaid = system === 'http://unitsofmeasure.org' && findCanonicalUnit(code)?.unit === asked.slice(1)
    return text === undefined || isSaid ? undefined : converted(value, String(text))
  }
  const names = [code, quantity.unit].filter((each) => !findCanonicalUnit(String(each)))
  return [...names, `${system}|${code}`].includes(asked) ? value : undefined
}

function converted(value: number, code: string): number {
  const { factor = 1, offset = 0 } = findCanonicalUnit(code) ?? {}
  return factor === 1 && offset === 0 ? value : Number((value * factor + offset).toPrecision(12))
}
