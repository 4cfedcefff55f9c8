import type { Resource } from 'fhir/r4'
import { isResourceId } from '#fhir/reference.ts'
import { OnpatientError } from '../../errors.ts'
import { isR4Type } from './r4-types.ts'
import { assertResource } from './read-body.ts'

export interface BundleEntry {
  fullUrl?: unknown
  resource?: unknown
  request?: {
    method?: unknown
    url?: unknown
    ifMatch?: unknown
    ifNoneMatch?: unknown
    ifModifiedSince?: unknown
    ifNoneExist?: unknown
  }
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

export type Method = (typeof methods)[number]

/** The request of an entry of a Bundle. */
export interface Action {
  place: string
  method: Method
  /** Below the base. */
  url: string
  type: string
  id: string | undefined
  condition: string | undefined
  ifMatch: string | undefined
  /** Headers of a conditional read. */
  readHeaders: { 'if-none-match'?: string; 'if-modified-since'?: string }
  fullUrl: string | undefined
  resource: Resource | undefined
  /** A search by POST or an operation, which writes nothing. `sent`: its body. */
  question?: { sent: unknown }
}

/** Reads one entry of a batch or transaction. Throws `invalid-body`, which names the entry and its fault. */
export function readAction(entry: BundleEntry, index: number, base: string): Action {
  const place = `Bundle.entry[${index}]`
  const { method, url, ifMatch, ifNoneExist, ...others } = entry?.request ?? {}
  const known = methods.find((each) => each === method)
  if (known === undefined) throw wrong(place, 'request.method must be GET, POST, PUT, PATCH or DELETE.')
  const address = readUrl(url, place, base)
  const isRead = known === 'GET' || known === 'HEAD'
  // The interaction checks what a read asks for.
  if (!isRead && !isR4Type(address.type))
    throw wrong(
      place,
      `request.url names ${address.type.slice(0, 60)}, which is not a type that is kept here.`,
    )
  const fault = findFault(known, address, entry.resource !== undefined)
  if (fault !== undefined) throw wrong(place, fault)
  const { type, id, search } = address
  return {
    place,
    method: known,
    url: address.url,
    type,
    id,
    condition: known === 'POST' ? textOf(ifNoneExist) : !isRead && id === undefined ? search : undefined,
    ifMatch: textOf(ifMatch),
    readHeaders: readConditions(others),
    fullUrl: textOf(entry.fullUrl),
    resource: readEntryResource(entry, known, type, place),
  }
}

/**
 * An entry that is a search by POST or an operation. It writes nothing, and the interaction checks what it asks for. Undefined
 * for every other entry. Throws like `readAction`.
 */
export function readQuestion(
  entry: BundleEntry,
  index: number,
  base: string,
): (Pick<Action, 'url'> & { resource: unknown }) | undefined {
  const { method, url } = entry?.request ?? {}
  if (
    method !== 'POST' ||
    typeof url !== 'string' ||
    !/\/(_search|\$[a-z]+)$/.test(`/${url.split('?', 1)[0]}`)
  )
    return undefined
  return { url: readUrl(url, `Bundle.entry[${index}]`, base).url, resource: entry.resource }
}

/** Any entry of a Bundle. Throws like `readAction`. */
export function readTransactionAction(entry: BundleEntry, index: number, base: string): Action {
  const question = readQuestion(entry, index, base)
  if (!question) return readAction(entry, index, base)
  return {
    place: `Bundle.entry[${index}]`,
    method: 'POST',
    url: question.url,
    type: question.url.split(/[/?]/, 1)[0] ?? '',
    id: undefined,
    condition: undefined,
    ifMatch: undefined,
    readHeaders: {},
    fullUrl: undefined,
    resource: undefined,
    question: { sent: question.resource },
  }
}

/** A Bundle has an instant, and a header has the form of HTTP. */
function readConditions({ ifNoneMatch, ifModifiedSince }: NonNullable<BundleEntry['request']>) {
  const [tag, since] = [textOf(ifNoneMatch), Date.parse(textOf(ifModifiedSince) ?? '')]
  return {
    ...(tag === undefined ? {} : { 'if-none-match': tag }),
    ...(Number.isNaN(since) ? {} : { 'if-modified-since': new Date(since).toUTCString() }),
  }
}

interface Address {
  url: string
  type: string
  id: string | undefined
  /** Whether there is more than type and id. */
  isLonger: boolean
  search: string
}

function readUrl(url: unknown, place: string, base: string): Address {
  if (typeof url !== 'string' || url === '' || url.length > 4000)
    throw wrong(place, 'request.url must be an address such as Patient or Patient/ID.')
  const local = url.startsWith(`${base}/`) ? url.slice(base.length + 1) : url.replace(/^\//, '')
  // The address is resolved later, and must not lead out of the API.
  const { pathname } = new URL(`${base}/${local}`)
  if (!`${pathname}/`.startsWith(`${new URL(base).pathname}/`))
    throw wrong(place, 'request.url must be an address below the base.')
  const [path = '', ...search] = local.split('?')
  const [type = '', id, ...more] = path.split('/')
  return { url: local, type, id, isLonger: more.length > 0, search: search.join('?') }
}

/** The fault of an entry whose parts do not fit together, or undefined. */
function findFault(
  method: Method,
  { id, isLonger, search }: Address,
  hasResource: boolean,
): string | undefined {
  if (method === 'GET' || method === 'HEAD') return hasResource ? 'a read has no resource.' : undefined
  if (isLonger || (id !== undefined && !isResourceId(id)))
    return 'request.url must be Type, Type/ID or Type?condition.'
  if (!hasResource && method !== 'DELETE') return `${method} needs a resource.`
  return findIdFault(method, id, search)
}

function findIdFault(method: Method, id: string | undefined, search: string): string | undefined {
  if (method === 'POST')
    return id === undefined
      ? undefined
      : 'The address of a POST is the type alone. To choose the id, use PUT.'
  if (id !== undefined) return undefined
  return search === '' ? `${method} needs Type/ID, or Type?condition.` : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function wrong(place: string, text: string): OnpatientError {
  // Most messages begin with the element at fault.
  const [, element = ''] = /^(request\.\w+)/.exec(text) ?? []
  const expression = element === '' ? place : `${place}.${element}`
  return new OnpatientError('invalid-body', `${place}: ${text}`, { expression })
}

function readEntryResource(
  { resource }: BundleEntry,
  method: string,
  type: string,
  place: string,
): Resource | undefined {
  if (!['POST', 'PUT', 'PATCH'].includes(method)) return undefined
  try {
    return assertResource(resource, method === 'PATCH' ? 'Binary' : type)
  } catch (error) {
    throw error instanceof OnpatientError
      ? new OnpatientError(error.code, `${place}: ${error.message}`, {
          expression: (error.expression ?? 'Resource').replace(/^\w+/, `${place}.resource`),
        })
      : error
  }
}
