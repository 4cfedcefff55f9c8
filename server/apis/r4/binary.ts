import type { Binary, Resource } from 'fhir/r4'
import { parseReference } from '#fhir/reference.ts'
import { OnpatientError } from '../../errors.ts'
import type { Answer, Asked } from './answer.ts'
import { readResource, resourceMediaTypes } from './read-body.ts'

/** The bytes that fit into a record of a size: base64 takes four characters for three bytes. */
export function bytesWithin(bodyBytes: number): number {
  return Math.max(0, Math.floor((bodyBytes * 3) / 4) - 1024)
}

/** RFC 9110 §8.3.1. Any other text could end the header, or be taken for something else. */
const mediaType =
  /^[\w!#$&^.+-]{1,100}\/[\w!#$&^.+-]{1,100}(\s*;\s*[\w.-]{1,50}=("[\w .:/+-]{0,100}"|[\w.:/+-]{1,100})){0,5}$/

/** A Binary is sent as a resource, or as the bytes themselves (https://hl7.org/fhir/R4/binary.html#rest). */
export async function readResourceOrBytes(request: Asked, type: string, id?: string): Promise<Resource> {
  return type === 'Binary' && sendsBytes(request) ? binaryOf(request, id) : readResource(request, type)
}

/** Whether the body of a request is not a resource in JSON. */
export function sendsBytes({ headers }: Pick<Asked, 'headers'>): boolean {
  const [name = ''] = (headers['content-type'] ?? '').split(';')
  const plain = name.trim().toLowerCase()
  return (
    plain !== '' &&
    !resourceMediaTypes.includes(plain) &&
    !/^application\/(fhir\+xml|fhir\+turtle)$/.test(plain)
  )
}

function binaryOf({ headers, body }: Asked, id: string | undefined): Binary {
  const contentType = headers['content-type']?.trim() ?? ''
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  if (!mediaType.test(contentType) || !Buffer.isBuffer(bytes))
    throw new OnpatientError(
      'media-type-not-supported',
      'Send the bytes of a Binary with the media type that they have, e.g. "Content-Type: application/pdf".',
    )
  const context = headers['x-security-context']
  return {
    resourceType: 'Binary',
    ...(id === undefined ? {} : { id }),
    contentType,
    ...(typeof context === 'string' ? { securityContext: { reference: readContext(context) } } : {}),
    ...(bytes.length === 0 ? {} : { data: bytes.toString('base64') }),
  }
}

function readContext(text: string): string {
  if (parseReference(text).kind !== 'none' && /^[^\s"<>]{1,200}$/.test(text)) return text
  throw new OnpatientError(
    'invalid-parameter',
    'X-Security-Context must be a reference such as Patient/ID.',
    {
      field: 'X-Security-Context',
    },
  )
}

interface MediaRange {
  name: string
  quality: number
}

/**
 * Whether a read of a Binary wants its bytes. It does unless it asks for FHIR by name. Throws `format-not-served` when Accept
 * allows neither FHIR nor the type of the Binary.
 */
export function wantsBytes(
  { headers }: Pick<Asked, 'headers'>,
  { contentType = '' }: Partial<Binary>,
): boolean {
  const ranges = (headers.accept ?? '*/*').split(',').map(readRange)
  const [own = ''] = contentType.toLowerCase().split(';')
  const ofFhir = Math.max(
    0,
    ...ranges.filter(({ name }) => isFhir(name) && name !== own).map(({ quality }) => quality),
  )
  const ofBytes = qualityFor(own.trim(), ranges)
  if (ofFhir > 0 && ofFhir >= ofBytes) return false
  if (ofBytes > 0) return true
  throw new OnpatientError(
    'format-not-served',
    `This Binary is ${mediaType.test(contentType) ? contentType : 'of no known media type'}; it is served as that, or as application/fhir+json.`,
    { field: 'Accept' },
  )
}

function readRange(part: string): MediaRange {
  const [name = '', ...parameters] = part.split(';').map((each) => each.trim().toLowerCase())
  const [, quality] = parameters.map((each) => /^q\s*=\s*([\d.]+)$/.exec(each)).find((each) => each) ?? []
  return { name: name === '' ? '*/*' : name, quality: quality === undefined ? 1 : Number(quality) || 0 }
}

function isFhir(name: string): boolean {
  return name === 'application/json+fhir' || resourceMediaTypes.includes(name)
}

/** The quality of the most specific range that covers the type (RFC 9110 §12.5.1). */
function qualityFor(own: string, ranges: readonly MediaRange[]): number {
  for (const wanted of [own, `${own.split('/', 1)[0]}/*`, '*/*']) {
    const found = ranges.find(({ name }) => name === wanted)
    if (found) return found.quality
  }
  return 0
}

/**
 * The bytes of a Binary, or a part of them (RFC 9110 §14). They could be a page with scripts, so the headers keep a browser from
 * showing it as a page of this server.
 */
export function sendBytes(request: Asked, { contentType = '', data = '' }: Partial<Binary>): Answer {
  const bytes = Buffer.from(data, 'base64')
  const ownType = mediaType.test(contentType) ? contentType : 'application/octet-stream'
  const headers = {
    'content-disposition': 'attachment',
    'content-security-policy': "sandbox; default-src 'none'",
    'accept-ranges': 'bytes',
  }
  const range = readByteRange(request, bytes.length)
  if (range === undefined) return { status: 200, headers, mediaType: ownType, body: bytes }
  if (range === 'unsatisfiable')
    // RFC 9110 §15.5.17
    return {
      status: 416,
      headers: { ...headers, 'content-range': `bytes */${bytes.length}` },
      mediaType: 'text/plain; charset=utf-8',
      body: '',
    }
  const { first, last } = range
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${first}-${last}/${bytes.length}` },
    mediaType: ownType,
    body: bytes.subarray(first, last + 1),
  }
}

/** One range. The whole is sent for several ranges, and for a condition that weak tags cannot meet (RFC 9110 §13.1.5). */
function readByteRange(
  { headers }: Pick<Asked, 'headers'>,
  length: number,
): { first: number; last: number } | 'unsatisfiable' | undefined {
  const [, from = '', to = ''] =
    /^\s*bytes\s*=\s*(\d{0,15})\s*-\s*(\d{0,15})\s*$/i.exec(headers.range ?? '') ?? []
  if ((from === '' && to === '') || headers['if-range'] !== undefined) return undefined
  const isSuffix = from === ''
  if (!isSuffix && to !== '' && Number(to) < Number(from)) return undefined
  const first = isSuffix ? Math.max(0, length - Number(to)) : Number(from)
  const last = isSuffix || to === '' ? length - 1 : Math.min(Number(to), length - 1)
  return first >= length || (isSuffix && Number(to) === 0) ? 'unsatisfiable' : { first, last }
}
