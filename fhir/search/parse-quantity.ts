import { type Prefix, splitPrefix } from '../prefix.ts'
import {
  convert,
  exactly,
  type NumberRange,
  parseNumber,
  roundNoise,
  ucum,
  withoutSystem,
} from './number-values.ts'
import type { NumberValue } from './search-query.ts'
import { splitUnescaped, unescapeText } from './search-text.ts'
import { type CanonicalUnit, findCanonicalUnit } from './units.ts'

/** Undefined when it is not a number. */
export function parseNumberValue(text: string): NumberValue | undefined {
  const [prefix, digits] = splitPrefix(text)
  const range = rangeFor(prefix, digits, undefined)
  return range && { type: 'number', prefix, ...range, unit: undefined }
}

/**
 * `[prefix]number`, or `[prefix]number|system|code`; the system may be empty: then a unit is looked for with UCUM's system and without
 * one. Undefined when it is neither.
 */
export function parseQuantityValue(text: string): NumberValue[] | undefined {
  const parts = splitUnescaped(text, '|').map(unescapeText)
  const [number = '', system = '', code = ''] = parts
  const isWhole = parts.length === 1 || (parts.length === 3 && (code !== '' || system === ''))
  if (!isWhole) return undefined
  const [prefix, digits] = splitPrefix(number)
  const canonical = system === '' || system === ucum ? findCanonicalUnit(code) : undefined
  const range = rangeFor(prefix, digits, canonical)
  if (!range) return undefined
  return unitsOf(system, code, canonical).map((unit) => ({ type: 'quantity', prefix, ...range, unit }))
}

/** The names of the unit in the index (number-values.ts). */
function unitsOf(system: string, code: string, canonical: CanonicalUnit | undefined): (string | undefined)[] {
  if (code === '') return [undefined]
  if (canonical) return system === '' ? [canonical.unit, withoutSystem(canonical)] : [canonical.unit]
  return [system === '' ? code : `${system}|${code}`]
}

/** Whether rounding to fifteen digits would lose some written digits. */
function isExact(digits: string): boolean {
  return (
    digits
      .replace(/[eE].*$/, '')
      .replace(/[^\d]/g, '')
      .replace(/^0+/, '').length >= 15
  )
}

/**
 * Equality asks for the precision that is written, 5.4 is 5.35 to 5.45; the other prefixes take the number as exact:
 * https://hl7.org/fhir/R4/search.html#prefix. About means a tenth more or less.
 */
function rangeFor(prefix: Prefix, digits: string, unit: CanonicalUnit | undefined): NumberRange | undefined {
  const number = parseNumber(digits)
  if (!number) return undefined
  const { value, half } = number
  const inUnit = (each: number) => (unit ? convert(each, unit) : each)
  if (prefix === 'eq' || prefix === 'ne') {
    // The range must contain the number itself, also when it has as many digits as a double keeps and its ends are rounded.
    const own = exactly(inUnit(value))
    const end = (each: number) => inUnit(isExact(digits) ? each : roundNoise(each))
    return { low: Math.min(end(value - half), own.low), high: Math.max(end(value + half), own.high) }
  }
  if (prefix !== 'ap') return exactly(inUnit(value))
  const around = Math.max(Math.abs(value) / 10, half)
  return { low: inUnit(roundNoise(value - around)), high: exactly(inUnit(roundNoise(value + around))).high }
}
