import { canBeAboutPatient, isCitable } from '#fhir/compartment/compartment.ts'
import { type DateCondition, parseDate } from '#fhir/dates.ts'
import { hasDate } from '#fhir/when-it-happened.ts'
import type { RecordReader } from '#server/access/access.ts'
import type { PageKey } from '#server/records/records.ts'
import { OnpatientError } from '../../errors.ts'
import type { Cursors } from '../../http/cursor.ts'
import { pageLink } from '../../http/page-links.ts'
import { findSingle } from '../../http/query.ts'
import { type BundleEntry, type BundleLink, renderBundle } from './bundle.ts'
import { openCursor, parseCount } from './paging.ts'
import { isR4Type, r4Types } from './r4-types.ts'

interface Place {
  type: string
  after: PageKey | undefined
}

interface Context {
  query: URLSearchParams
  base: string
  cursors: Cursors
}

/**
 * `Patient/id/$everything`: all records of one compartment that the scopes cover, and the practitioners, organizations and the
 * like that they name, type by type, in pages
 * (https://hl7.org/fhir/R4/operation-patient-everything.html).
 */
export async function answerEverything(reader: RecordReader, id: string, context: Context): Promise<string> {
  const { query, base, cursors } = context
  if ((await reader.read('Patient', id)) === undefined)
    throw new OnpatientError('not-found', 'There is no Patient with this id among the records of this token.')
  const types = parseTypes(findSingle(query, '_type')).filter(
    (type) => (canBeAboutPatient(type) || isCitable(type)) && reader.allows(type, 's'),
  )
  const binding = JSON.stringify(['r4-everything', id, ...[...query].filter(isFilter).sort()])
  const start = openCursor<Place>(cursors, query, binding)
  const { entries, next } = await takePage(reader, id, types, { context, start })
  const address = `${base}/Patient/${id}/$everything`
  const links: BundleLink[] = [{ relation: 'self', url: query.size === 0 ? address : `${address}?${query}` }]
  if (next) links.push({ relation: 'next', url: pageLink(address, query, cursors.seal(next, binding)) })
  return renderBundle('searchset', undefined, links, entries)
}

function isFilter([name]: [string, string]): boolean {
  return name !== '_count' && name !== 'cursor'
}

async function takePage(
  reader: RecordReader,
  patientId: string,
  types: string[],
  { context: { query, base }, start }: { context: Context; start: Place | undefined },
): Promise<{ entries: BundleEntry[]; next: Place | undefined }> {
  const pageSize = parseCount(query)
  const filters = readFilters(query)
  const entries: BundleEntry[] = []
  const from = start ? types.indexOf(start.type) : 0
  for (const type of types.slice(Math.max(0, from))) {
    if (entries.length >= pageSize) return { entries, next: { type, after: undefined } }
    const page = await reader.list({
      type,
      patientId,
      pageSize: pageSize - entries.length,
      after: type === start?.type ? start.after : undefined,
      lastUpdatedFrom: filters.since,
      ...(hasDate(type) && filters.dates.length > 0 ? { dates: filters.dates } : {}),
    })
    for (const resource of page.contents)
      entries.push({ fullUrl: `${base}/${type}/${idOf(resource)}`, resource, mode: 'match' })
    if (page.next) return { entries, next: { type, after: page.next } }
  }
  return { entries, next: undefined }
}

/** The store writes it at a fixed place. */
function idOf(content: string): string {
  return /^\{"resourceType":"\w+","id":"([^"]+)"/.exec(content)?.[1] ?? ''
}

function parseTypes(text: string | undefined): string[] {
  if (text === undefined) return [...r4Types]
  const types = text.split(',')
  const unknown = types.find((type) => !isR4Type(type))
  if (unknown === undefined) return r4Types.filter((type) => types.includes(type))
  throw new OnpatientError(
    'invalid-parameter',
    `The parameter _type names ${unknown.slice(0, 60)}, which is not a type of record that is served here.`,
    { field: '_type' },
  )
}

/** `start` and `end` are dates of care, `_since` is the time of the last change. */
function readFilters(query: URLSearchParams): { dates: DateCondition[]; since: number | undefined } {
  const [start, end, since] = ['start', 'end', '_since'].map((name) => readDate(query, name))
  const dates: DateCondition[] = []
  if (start) dates.push({ prefix: 'ge', ...start })
  if (end) dates.push({ prefix: 'le', ...end })
  return { dates, since: since?.start }
}

function readDate(query: URLSearchParams, name: string) {
  const text = findSingle(query, name)
  if (text === undefined) return undefined
  const range = parseDate(text.replace(/ (\d{2}:\d{2})$/, '+$1'))
  if (range) return range
  throw new OnpatientError(
    'invalid-parameter',
    `The parameter ${name} must be a date or time such as 2024-03-05.`,
    { field: name },
  )
}
