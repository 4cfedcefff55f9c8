import { type CanonicalUnit, findCanonicalUnit } from './units.ts'

/** https://hl7.org/fhir/R4/search.html#number and #quantity */
export interface NumberRange {
  low: number
  high: number
}

export const ucum = 'http://unitsofmeasure.org'

/** Open ends, as numbers that databases can keep. */
export const lowestNumber = -Number.MAX_VALUE
export const highestNumber = Number.MAX_VALUE

/**
 * The half-open range that holds one number alone. Values of resources are exact, not ranges of their precision:
 * `gt100` must not find 100, and the database compares doubles.
 */
export function exactly(value: number): NumberRange {
  return { low: value, high: nextAbove(value) }
}

/** The next number or the one after it. It only has to be above, and always the same. */
function nextAbove(value: number): number {
  if (value >= highestNumber) return highestNumber
  return value + Math.max(Math.abs(value) * Number.EPSILON, 1e-300)
}

/** 12 digits are kept, so that 2.3 lb and 1.04 kg become the same number in every way of calculation. */
export function convert(value: number, unit: CanonicalUnit): number {
  if (value <= lowestNumber || value >= highestNumber) return value
  if (unit.factor === 1 && unit.offset === 0) return value
  return Number((value * unit.factor + unit.offset).toPrecision(12))
}

/** A number of a search as it was written, and half a unit of its last digit: 100 means 99.5 to 100.5. */
export function parseNumber(text: string): { value: number; half: number } | undefined {
  const match = /^[+-]?(?:\d+(?:\.(\d+))?|\.(\d+))(?:[eE]([+-]?\d{1,3}))?$/.exec(text)
  if (!match || text.length > 60) return undefined
  const decimals = (match[1] ?? match[2] ?? '').length
  const value = Number(text)
  const half = 0.5 * 10 ** (Number(match[3] ?? 0) - decimals)
  return Number.isFinite(value) && Number.isFinite(half) ? { value, half } : undefined
}

/** Sums like 5.4 - 0.05 without the noise of binary fractions. */
export function roundNoise(value: number): number {
  return Number(value.toPrecision(15))
}

/** The name in the index of a UCUM unit whose quantity names no system. No system is the empty text. */
export function withoutSystem({ unit }: CanonicalUnit): string {
  return `|${unit}`
}

interface NamedUnit {
  name: string
  /** Present when the number has to be converted. */
  unit?: CanonicalUnit
}

/**
 * The names of a quantity's unit in the index. A known UCUM unit has the name of our unit of its dimension. Other units have two
 * names, the code alone and `system|code`. The unit in words can be searched, too (`5.4||beats/minute`), and so can a unit
 * without a system.
 */
export function unitsOfQuantity(system: string, code: string, written: string): NamedUnit[] {
  const canonical = system === ucum ? findCanonicalUnit(code) : undefined
  // The unit in words is left out when it equals the code.
  if (canonical) {
    const isSame = findCanonicalUnit(written)?.unit === canonical.unit || written === code
    return [{ name: canonical.unit, unit: canonical }, ...(isSame ? [] : unitAsWritten(written))]
  }
  const withSystem = system === '' || code === '' ? [] : [{ name: `${system}|${code}` }]
  return [...withSystem, ...[...new Set([code, written])].flatMap(unitAsWritten)]
}

function unitAsWritten(text: string): NamedUnit[] {
  if (text === '') return []
  const unit = findCanonicalUnit(text)
  return [unit ? { name: withoutSystem(unit), unit } : { name: text }]
}
