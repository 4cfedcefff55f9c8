import type { CodeableConcept, Identifier, Observation, Period, Quantity, Reference } from 'fhir/r4'
import { formatFhirDate } from '../components/format-date.ts'

/** A space at which no line ends. */
export const noBreak = '\u00a0'

/** The words of a code: the text of the author, else the name in the code system. */
export function conceptText(concept: CodeableConcept | undefined): string | undefined {
  if (!concept) return undefined
  const coding = concept.coding?.find(({ display }) => display) ?? concept.coding?.[0]
  return concept.text ?? coding?.display ?? coding?.code
}

export function conceptTexts(concepts: CodeableConcept[] | undefined): string | undefined {
  return joinWords(concepts?.map(conceptText))
}

export function quantityText(quantity: Quantity | undefined): string | undefined {
  if (quantity?.value === undefined) return undefined
  const { value, comparator = '', unit = quantity.code } = quantity
  const number = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 }).format(value)
  // UCUM writes annotations in braces. People need only the words.
  const words = unit?.replaceAll(/[{}]/g, '').trim()
  // No line may end between a number and its unit, or within the unit, because "36.7" alone could be anything.
  return [`${comparator}${number}`, words === '1' ? undefined : words]
    .filter(Boolean)
    .join(noBreak)
    .replaceAll(/\s/g, noBreak)
}

export function referenceText(reference: Reference | undefined): string | undefined {
  return reference?.display
}

export function periodText(period: Period | undefined): string | undefined {
  const start = period?.start && formatFhirDate(period.start)
  const end = period?.end && formatFhirDate(period.end)
  if (!start) return end && `until ${end}`
  if (!end) return `since ${start}`
  return start === end ? start : `${start} to ${end}`
}

export function identifierText(identifiers: Identifier[] | undefined): string | undefined {
  return identifiers?.find(({ value }) => value)?.value
}

type Measured = Pick<
  Observation,
  | 'valueQuantity'
  | 'valueCodeableConcept'
  | 'valueString'
  | 'valueBoolean'
  | 'valueInteger'
  | 'valueDateTime'
  | 'valueRange'
  | 'valueRatio'
>

/** The value of an observation or of one of its components, with its unit. */
export function valueText(measured: Measured): string | undefined {
  return (
    quantityText(measured.valueQuantity) ??
    conceptText(measured.valueCodeableConcept) ??
    measured.valueString ??
    numberText(measured.valueInteger) ??
    booleanText(measured.valueBoolean) ??
    (measured.valueDateTime && formatFhirDate(measured.valueDateTime)) ??
    joinParts(`${noBreak}to `, [
      quantityText(measured.valueRange?.low),
      quantityText(measured.valueRange?.high),
    ]) ??
    joinParts(`${noBreak}:${noBreak}`, [
      quantityText(measured.valueRatio?.numerator),
      quantityText(measured.valueRatio?.denominator),
    ])
  )
}

function numberText(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value)
}

function booleanText(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : value ? 'Yes' : 'No'
}

/** "entered-in-error" → "Entered in error". */
export function sentence(code: string | undefined): string | undefined {
  const words = code?.replaceAll('-', ' ').trim()
  return words ? `${words.charAt(0).toUpperCase()}${words.slice(1)}` : undefined
}

export function joinWords(parts: Array<string | undefined> | undefined): string | undefined {
  return joinParts(', ', parts ?? [])
}

export function joinParts(between: string, parts: Array<string | undefined>): string | undefined {
  const present = parts.filter((part) => part !== undefined && part !== '')
  return present.length > 0 ? present.join(between) : undefined
}
