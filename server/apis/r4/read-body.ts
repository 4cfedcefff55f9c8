import { isUtf8 } from 'node:buffer'
import type { Resource } from 'fhir/r4'
import { readJson } from '#fhir/read-json.ts'
import { isResourceId } from '#fhir/reference.ts'
import { breathe } from '../../breathe.ts'
import { OnpatientError } from '../../errors.ts'
import { readLimits, sayLimit } from '../../limits.ts'
import { currentWork } from '../../request-work.ts'
import type { Asked } from './answer.ts'
import { isOtherVersion } from './negotiate.ts'

export const resourceMediaTypes = ['application/fhir+json', 'application/json', 'text/json']
export const patchMediaType = 'application/json-patch+json'

/** The most levels of a body. Every real record has fewer, and functions can walk through so many. */
const deepest = 100

/**
 * The body as JSON, with numbers as they were written. Throws `media-type-not-supported`, `body-too-large`, and `invalid-body`,
 * which says where the JSON is invalid.
 */
export async function readBody({ body, headers }: Asked, mediaTypes: readonly string[]): Promise<unknown> {
  const [mediaType = ''] = (headers['content-type'] ?? '').split(';')
  const isOther = isOtherVersion(headers['content-type'] ?? '')
  if (!Buffer.isBuffer(body) || !mediaTypes.includes(mediaType.trim().toLowerCase()) || isOther)
    throw new OnpatientError(
      'media-type-not-supported',
      `Send the body as JSON of FHIR R4, with the header "Content-Type: ${mediaTypes[0]}".`,
    )
  if (!isUtf8(body)) throw new OnpatientError('invalid-body', 'The body is not in UTF-8.')
  const limits = currentWork()?.limits ?? readLimits({})
  const read = await readJson(hasByteOrderMark(body) ? body.subarray(3) : body, {
    deepest,
    mostValues: limits.resourceValues,
    breathe,
  })
  if ('value' in read) return read.value
  switch (read.fault) {
    case 'not-json':
      throw new OnpatientError(
        'invalid-body',
        read.place === undefined ? 'The body is not valid JSON.' : `Invalid JSON at ${read.place}.`,
      )
    case 'too-deep':
      throw new OnpatientError('invalid-body', `The body is nested more than ${deepest} levels deep.`)
    case 'too-many-values':
      throw new OnpatientError(
        'body-too-large',
        `${sayLimit(limits, 'resourceValues')} Divide it into several resources.`,
        { expression: read.path === '' ? 'Resource' : `Bundle.${read.path}` },
      )
    case 'name-twice':
      throw new OnpatientError(
        'invalid-body',
        `The body has ${read.path.slice(0, 200)} twice: one of them would be lost.`,
        { expression: `${rootOf(read.root)}.${read.path}`.slice(0, 300) },
      )
    default:
      throw read satisfies never
  }
}

/** Editors on Windows put it before UTF-8, and RFC 8259 §8.1 allows to ignore it. */
function hasByteOrderMark(body: Buffer): boolean {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf
}

function rootOf(value: unknown): string {
  const type = (value as { resourceType?: unknown } | null)?.resourceType
  return typeof type === 'string' && /^[A-Z]\w*$/.test(type) ? type : 'Resource'
}

/** One resource, of the type that the address names when it names one. */
export async function readResource(request: Asked, type?: string): Promise<Resource> {
  return assertResource(await readBody(request, resourceMediaTypes), type)
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
