import type { QuantityEntry } from '../entries/quantity.ts'
import type { Value } from '../entries/value.ts'
import type { Reading } from '../page.ts'
import { nameOf } from '../plain-name.ts'
import { numberText } from './number-text.ts'
import { unitText } from './unit-text.ts'

/** No line ends between a number and its unit: "36.7" alone could be anything. */
const noBreak = '\u00a0'

/** A value with its unit, in the reader's language. Undefined when there is nothing that a person can read. */
export function valueText(value: Value | undefined, reading: Reading): string | undefined {
  switch (value?.kind) {
    case undefined:
      return undefined
    case 'quantity':
      return quantityText(value, reading)
    case 'concept':
      return nameOf(value.concept, reading.language)?.name
    case 'text':
      return value.text
    case 'number':
      return numberText(value.number, reading.language)
    case 'flag':
      return reading.words(value.flag ? 'shared.yes' : 'shared.no')
    case 'date':
      return dateText(value.date, reading)
    case 'range':
      return rangeText(value, reading)
    case 'ratio':
      return [value.numerator, value.denominator]
        .map((each) => quantityText(each, reading) ?? '?')
        .join(`${noBreak}:${noBreak}`)
    default:
      return value satisfies never
  }
}

/** The day as the record writes it: what time zone it was measured in is not the reader's. */
function dateText(date: string, { language }: Reading): string {
  const day = date.slice(0, 10)
  if (day.length < 10) return date
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(day))
}

/** "5.4 %", "< 0.01 mg/dL". */
export function quantityText(quantity: QuantityEntry | undefined, reading: Reading): string | undefined {
  if (quantity?.number === undefined) return undefined
  const { number, comparator, unit, code } = quantity
  return [
    comparator,
    numberText(number, reading.language),
    unitText(unit, code, reading.words)?.replaceAll(' ', noBreak),
  ]
    .filter((part) => part !== undefined)
    .join(noBreak)
}

function rangeText(
  { low, high }: { low: QuantityEntry | undefined; high: QuantityEntry | undefined },
  reading: Reading,
): string | undefined {
  const [from, to] = [low, high].map((each) => quantityText(each, reading))
  if (from === undefined) return to === undefined ? undefined : reading.words('shared.upTo', { end: to })
  return to === undefined
    ? reading.words('shared.from', { start: from })
    : reading.words('shared.range', { start: from, end: to })
}
