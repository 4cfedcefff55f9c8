import { canBeAboutPatient, isCitable } from '#fhir/compartment/compartment.ts'
import { type DateCondition, parseDate, restorePlus } from '#fhir/dates.ts'
import { readStoredHead } from '#fhir/stored-text.ts'
import { hasDate } from '#fhir/when-it-happened.ts'
import type { ListQuery, PageKey, RecordReader } from '#server/access/access.ts'
import { OnpatientError } from '../../../errors.ts'
import { pageLink } from '../../../http/page-links.ts'
import { findSingle } from '../../../http/query.ts'
import type { Answer } from '../answer.ts'
import { type BundleEntry, type BundleLink, renderBundle } from '../bundle.ts'
import { outcomeEntries, selfLink } from '../interactions/search.ts'
import { present } from '../negotiate.ts'
import { roomOfPage } from '../page-room.ts'
import { asksForTotalAlone, openCursor, parseCount } from '../paging.ts'
import { isR4Type, r4Types } from '../r4-types.ts'
import type { ReadContext } from '../request-context.ts'
import { readListSubset, type Subset, subset } from '../subset.ts'
import { findUnknown } from '../unknown-parameters.ts'
import { readOperationParameters } from './operation-parameters.ts'

interface Place {
  type: string
  after: PageKey | undefined
}

/**
 * `Patient/id/$everything`: all records of one compartment that the scopes cover, and the practitioners, organizations and the
 * like that they name, type by type, in pages
 * (https://hl7.org/fhir/R4/operation-patient-everything.html).
 */
export async function everything(context: ReadContext, { id }: { id: string }): Promise<Answer> {
  const query = await readOperationParameters(context.request, context.query)
  const text = await answerEverything(id, { ...context, query })
  return { status: 200, body: present(text, context.query) }
}

async function answerEverything(id: string, context: ReadContext): Promise<string> {
  const { reader, query, base, cursors } = context
  const ignored = findUnknown(query, ['_since', '_type', 'end', 'start'], context)
  if ((await reader.read('Patient', id)) === undefined)
    throw new OnpatientError('not-found', 'There is no Patient with this id among the records of this token.')
  const types = parseTypes(findSingle(query, '_type')).filter(
    (type) => (canBeAboutPatient(type) || isCitable(type)) && reader.allows(type, 's'),
  )
  const binding = JSON.stringify(['r4-everything', id, ...[...query].filter(isFilter).sort()])
  const start = openCursor<Place>(cursors, query, binding)
  const address = `${base}/Patient/${id}/$everything`
  const links: BundleLink[] = [{ relation: 'self', url: selfLink(address, [...query], ignored) }]
  const asked = { count: parseCount(query), ...readListSubset(query) }
  const ofType = (type: string) => narrow(type, id, readFilters(query))
  if (asksForTotalAlone(asked))
    return renderBundle('searchset', await countAll(reader, types.map(ofType)), links, [])
  const { entries, next } = await takePage(reader, types.map(ofType), { asked, base, start })
  if (next) links.push({ relation: 'next', url: pageLink(address, query, cursors.seal(next, binding)) })
  return renderBundle('searchset', undefined, links, [...entries, ...outcomeEntries(ignored)])
}

function isFilter([name]: [string, string]): boolean {
  return name !== '_count' && name !== 'cursor'
}

type OfType = Omit<ListQuery, 'pageSize' | 'after'>

/** The records of one type that are asked for. */
function narrow(type: string, patientId: string, { dates, since }: Filters): OfType {
  return {
    type,
    patientId,
    lastUpdatedFrom: since,
    ...(hasDate(type) && dates.length > 0 ? { dates } : {}),
  }
}

async function countAll(reader: RecordReader, all: OfType[]): Promise<number> {
  let total = 0
  for (const ofType of all) total += (await reader.list({ ...ofType, pageSize: 0 })).count
  return total
}

interface AskedPage {
  asked: Subset & { count: number }
  base: string
  start: Place | undefined
}

async function takePage(
  reader: RecordReader,
  all: OfType[],
  { asked, base, start }: AskedPage,
): Promise<{ entries: BundleEntry[]; next: Place | undefined }> {
  const entries: BundleEntry[] = []
  const fits = roomOfPage()
  const from = start ? all.findIndex(({ type }) => type === start.type) : 0
  for (const ofType of all.slice(Math.max(0, from))) {
    const { type } = ofType
    if (entries.length >= asked.count) return { entries, next: { type, after: undefined } }
    const page = await reader.list({
      ...ofType,
      pageSize: asked.count - entries.length,
      after: type === start?.type ? start.after : undefined,
    })
    if (!fits(page.contents)) return { entries, next: { type, after: undefined } }
    for (const content of page.contents)
      entries.push({
        fullUrl: `${base}/${type}/${readStoredHead(content).id}`,
        resource: subset(content, type, asked),
        mode: 'match',
      })
    if (page.next) return { entries, next: { type, after: page.next } }
  }
  return { entries, next: undefined }
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

interface Filters {
  dates: DateCondition[]
  since: number | undefined
}

/** `start` and `end` are dates of care, `_since` is the time of the last change. */
function readFilters(query: URLSearchParams): Filters {
  const [start, end, since] = ['start', 'end', '_since'].map((name) => readDate(query, name))
  const dates: DateCondition[] = []
  if (start) dates.push({ prefix: 'ge', ...start })
  if (end) dates.push({ prefix: 'le', ...end })
  return { dates, since: since?.start }
}

function readDate(query: URLSearchParams, name: string) {
  const text = findSingle(query, name)
  if (text === undefined) return undefined
  const range = parseDate(restorePlus(text))
  if (range) return range
  throw new OnpatientError(
    'invalid-parameter',
    `The parameter ${name} must be a date or time such as 2024-03-05.`,
    { field: name },
  )
}
