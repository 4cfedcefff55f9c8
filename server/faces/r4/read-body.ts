import { isUtf8 } from 'node:buffer'
import type { FastifyRequest } from 'fastify'
import type { Resource } from 'fhir/r4'
import { findDuplicateKey } from '#fhir/duplicate-keys.ts'
import { parseExact } from '#fhir/exact-json.ts'
import { isResourceId } from '#fhir/reference.ts'
import { OnpatientError } from '../../errors.ts'
import { isOtherVersion } from './negotiate.ts'

export const resourceMediaTypes = ['application/fhir+json', 'application/json', 'text/json']
export const patchMediaType = 'application/json-patch+json'

/** Enough for every real record, and few enough for every function that walks through one. */
const deepest = 100

/** The body as JSON, with numbers as they were written. Throws `media-type-not-supported` and `invalid-body`, which says where it stops being JSON. */
export function readJson({ body, headers }: FastifyRequest, mediaTypes: readonly string[]): unknown {
  const [mediaType = ''] = (headers['content-type'] ?? '').split(';')
  const isOther = isOtherVersion(headers['content-type'] ?? '')
  if (!Buffer.isBuffer(body) || !mediaTypes.includes(mediaType.trim().toLowerCase()) || isOther)
    throw new OnpatientError(
      'media-type-not-supported',
      `Send the body as JSON of FHIR R4, with the header "Content-Type: ${mediaTypes[0]}".`,
    )
  if (!isUtf8(body)) throw new OnpatientError('invalid-body', 'The body is not in UTF-8.')
  assertNotDeep(body)
  const text = body.toString('utf8', hasByteOrderMark(body) ? 3 : 0)
  let value: unknown
  try {
    value = parseExact(text)
  } catch (error) {
    const [position = 'its beginning'] =
      /position \d+|end of JSON input/.exec(error instanceof Error ? error.message : '') ?? []
    throw new OnpatientError('invalid-body', `The body is not JSON: it stops being so at ${position}.`)
  }
  const twice = findDuplicateKey(text)
  if (twice === undefined) return value
  throw new OnpatientError(
    'invalid-body',
    `The body has ${twice.slice(0, 200)} twice: one of them would be lost.`,
    {
      expression: `${rootOf(value)}.${twice}`.slice(0, 300),
    },
  )
}

/** Editors on Windows put it before UTF-8 (RFC 8259 §8.1 lets it be left out of account). */
function hasByteOrderMark(body: Buffer): boolean {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf
}

function rootOf(value: unknown): string {
  const type = (value as { resourceType?: unknown } | null)?.resourceType
  return typeof type === 'string' && /^[A-Z]\w*$/.test(type) ? type : 'Resource'
}

/** One resource, of the type that the address names when it names one. */
export function readResource(request: FastifyRequest, type?: string): Resource {
  return assertResource(readJson(request, resourceMediaTypes), type)
}

/** Throws `invalid-body` when the value is no resource of the type. */
export function assertResource(value: unknown, type?: string): Resource {
  const resource = value as { resourceType?: unknown; id?: unknown } | null
  if (typeof resource !== 'object' || resource === null || Array.isArray(resource))
    throw new OnpatientError('invalid-body', 'The body must be one FHIR resource: a JSON object.')
  if (typeof resource.resourceType !== 'string')
    throw new OnpatientError('invalid-body', 'The resource has no resourceType.', {
      expression: 'Resource.resourceType',
    })
  if (type !== undefined && resource.resourceType !== type)
    throw new OnpatientError(
      'invalid-body',
      `The resource is a ${resource.resourceType.slice(0, 60)}, but the address says ${type}.`,
      { expression: 'Resource.resourceType' },
    )
  if (resource.id !== undefined && !isResourceId(resource.id))
    throw new OnpatientError(
      'invalid-body',
      'The id of the resource is not 1 to 64 letters, digits, hyphens and points.',
      { expression: `${resource.resourceType.slice(0, 60)}.id` },
    )
  return resource as Resource
}

/** Counts brackets outside of texts, before anything walks through the value level by level. */
function assertNotDeep(bytes: Buffer): void {
  let depth = 0
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index]
    if (byte === quote) index = endOfText(bytes, index)
    else if (byte === openBrace || byte === openBracket) depth++
    else if (byte === closeBrace || byte === closeBracket) depth--
    if (depth > deepest)
      throw new OnpatientError('invalid-body', `The body is nested more than ${deepest} levels deep.`)
  }
}

const [quote, backslash, openBrace, openBracket, closeBrace, closeBracket] = Buffer.from('"\\{[}]')

/** The place of the quotation mark that ends the text which begins at `start`. */
function endOfText(bytes: Buffer, start: number): number {
  for (let index = start + 1; index < bytes.length; index++) {
    if (bytes[index] === quote) return index
    if (bytes[index] === backslash) index++
  }
  return bytes.length
}
