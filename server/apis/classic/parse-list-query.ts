import { type DateCondition, parseDate, parseDateCondition, restorePlus } from '#fhir/dates.ts'
import { isResourceId } from '#fhir/reference.ts'
import type { ListQuery } from '#server/access/access.ts'
import { OnpatientError } from '../../errors.ts'
import { findSingle } from '../../http/query.ts'
import type { ClassicType } from './classic-types.ts'

export const defaultPageSize = 50
export const largestPageSize = 1000
const mostIds = 100
const mostDates = 10

/**
 * The filters of a list without the place of the page. Parameters that the type does not have are ignored, as old clients expect.
 */
export type ListFilters = Omit<ListQuery, 'after' | 'before'>

export function parseListFilters(
  { type, hasPatient, hasDate }: ClassicType,
  query: URLSearchParams,
): ListFilters {
  const since = parseSince(findSingle(query, 'since'))
  const dates = hasDate ? parseDates(query.getAll('date')) : []
  const filters: ListFilters = {
    type,
    pageSize: parsePageSize(query),
    ids: parseIds(findSingle(query, '_id')),
  }
  if (hasPatient) filters.patientId = parsePatient(findSingle(query, 'patient'))
  if (since && !hasDate) filters.lastUpdatedFrom = since.start
  if (since && hasDate) dates.push(since)
  if (dates.length > 0) filters.dates = dates
  return filters
}

/** The text that a cursor is bound to: everything that decides which records are in the list, without the size of a page. */
export function bindingOf({ pageSize: _, ...filters }: ListFilters): string {
  return JSON.stringify(['classic', filters])
}

function parsePageSize(query: URLSearchParams): number {
  const names = ['page-size', 'page_size', '_count'].filter((name) => query.has(name))
  const [name, other] = names
  if (name === undefined) return defaultPageSize
  if (other !== undefined)
    throw refuse(other, `The parameters ${name} and ${other} mean the same. Send one of them.`)
  const text = findSingle(query, name) ?? ''
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0)
    throw refuse(name, `The parameter ${name} must be a whole number from 1 to ${largestPageSize}.`)
  return Math.min(Number(text), largestPageSize)
}

function parsePatient(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const id = text.startsWith('Patient/') ? text.slice('Patient/'.length) : text
  if (!isResourceId(id))
    throw refuse('patient', 'The parameter patient must be the id of one patient, as ID or Patient/ID.')
  return id
}

function parseIds(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined
  const ids = [...new Set(text.split(','))]
  if (ids.length > mostIds)
    throw refuse('_id', `The parameter _id takes at most ${mostIds} ids. Ask in several requests.`)
  if (!ids.every(isResourceId))
    throw refuse('_id', 'The parameter _id must be one id, or several with commas between them.')
  return ids
}

function parseDates(texts: string[]): DateCondition[] {
  if (texts.length > mostDates)
    throw refuse('date', `The parameter date may be given at most ${mostDates} times.`)
  return texts.map((text) => {
    const condition = parseDateCondition(restorePlus(text))
    if (!condition)
      throw refuse(
        'date',
        'The parameter date must be a date or time such as 2024, 2024-03-05 or 2024-03-05T08:00:00Z, with eq, ne, gt, lt, ge, le, sa or eb in front if you like.',
      )
    return condition
  })
}

/** Records of that date or later. Where a type has no date, records that were changed then or later. */
function parseSince(text: string | undefined): DateCondition | undefined {
  if (text === undefined) return undefined
  const range = parseDate(restorePlus(text))
  if (!range)
    throw refuse(
      'since',
      'The parameter since must be a date or time such as 2024-03-05 or 2024-03-05T08:00:00Z.',
    )
  return { prefix: 'ge', ...range }
}

function refuse(field: string, message: string): OnpatientError {
  return new OnpatientError('invalid-parameter', message, { field })
}
