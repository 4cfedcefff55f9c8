import { parseDate, parsePeriod, parseTiming, type TimeRange } from '../dates.ts'
import { parseReference } from '../reference.ts'
import type { Visit } from './compile-path.ts'
import type { IndexRows } from './index-rows.ts'
import { normalizeText } from './normalize-text.ts'
import { quantityRows } from './quantity-rows.ts'
import type { SearchParameterType } from './search-parameter.ts'
import { tokenRows } from './token-rows.ts'

type Fields = Record<string, unknown>

/**
 * How the values of a parameter become rows, by its type. The elements show of which type a value is, because JSON has no types.
 */
export const rowsOfType: Record<
  Exclude<SearchParameterType, 'composite'>,
  (code: string) => Visit<IndexRows>
> = {
  token: tokenRows,
  string: stringRows,
  reference: referenceRows,
  uri: uriRows,
  date: dateRows,
  number: quantityRows,
  quantity: quantityRows,
}

/** HumanName and Address: https://hl7.org/fhir/R4/search.html#string lets a server search any part of them. */
const partsOfText = [
  'family',
  'given',
  'prefix',
  'suffix',
  'line',
  'city',
  'district',
  'state',
  'postalCode',
  'country',
  'text',
]

function stringRows(code: string): Visit<IndexRows> {
  const add = (text: unknown, rows: IndexRows) => {
    if (typeof text === 'string') rows.addText(code, normalizeText(text), text)
  }
  return (value, rows) => {
    if (typeof value !== 'object' || value === null) return add(value, rows)
    for (const name of partsOfText) {
      const part = (value as Fields)[name]
      if (Array.isArray(part)) for (const each of part) add(each, rows)
      else add(part, rows)
    }
  }
}

function uriRows(code: string): Visit<IndexRows> {
  return (value, rows) => {
    if (typeof value === 'string') addCanonical(code, value, rows)
  }
}

/** A canonical address with its version is found with and without it. */
function addCanonical(code: string, url: string, rows: IndexRows): void {
  rows.addText(code, url, '')
  const bar = url.lastIndexOf('|')
  if (bar > 0) rows.addText(code, url.slice(0, bar), '')
}

function referenceRows(code: string): Visit<IndexRows> {
  const identifierRows = tokenRows(`${code}:identifier`)
  return (value, rows) => {
    if (typeof value === 'string') return addCanonical(code, value, rows)
    if (typeof value !== 'object' || value === null) return
    const { reference, identifier, resourceType, id } = value as Fields
    if (typeof reference === 'string') addReference(code, reference, rows)
    else if (typeof resourceType === 'string' && typeof id === 'string')
      rows.addText(code, `${resourceType}/${id}`, '')
    if (typeof identifier === 'object' && identifier !== null) identifierRows(identifier, rows)
    // The element is there, so `:missing=true` must not find the record.
    if (!rows.hasRowsOf(code)) rows.addText(code, '', '')
  }
}

function addReference(code: string, text: string, rows: IndexRows): void {
  const parsed = parseReference(text)
  if (parsed.kind === 'relative') rows.addText(code, `${parsed.type}/${parsed.id}`, '')
  else if (parsed.kind !== 'contained') rows.addText(code, text.replace(/\/_history\/[^/]*$/, ''), '')
}

function dateRows(code: string): Visit<IndexRows> {
  return (value, rows) => {
    const range = readTime(value)
    if (range) rows.addRange(code, range.start, range.end, '')
    // A Timing that only says how often: the element is there, so `:missing=true` must not find the record.
    else if (typeof value === 'object') rows.addText(code, '', '')
  }
}

/** The time of a date, dateTime, instant, Period or Timing. */
export function readTime(value: unknown): TimeRange | undefined {
  if (typeof value === 'string') return parseDate(value)
  if (typeof value !== 'object' || value === null) return undefined
  if ('event' in value || 'repeat' in value) return parseTiming(value as Parameters<typeof parseTiming>[0])
  if ('start' in value || 'end' in value) return parsePeriod(value)
  return undefined
}
