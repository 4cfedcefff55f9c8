import type { FastifyRequest } from 'fastify'
import { parseExact, stringifyExact } from '#fhir/exact-json.ts'
import { OnpatientError } from '../../errors.ts'
import { findSingle } from '../../http/query.ts'
import type { Asked } from './answer.ts'

/** JSON under the name that the client asks for: https://hl7.org/fhir/R4/http.html#mime-type */
export function mediaTypeFor({ headers, url }: FastifyRequest): string {
  const [, format = ''] = url.includes('_format=') ? (/[?&]_format=([^&]*)/.exec(url) ?? []) : []
  const accept = headers.accept?.replace(/[^,]*;\s*q\s*=\s*0(\.0*)?\s*(?=,|$)/gi, '')
  const wanted = format === '' ? accept : `${decodeFormat(format)} ${accept}`
  if (wanted === undefined) return fhirJson
  const asked = /application\/(?:fhir\+json|json\+fhir|json)/i.exec(wanted)
  return asked?.[0].toLowerCase() === 'application/json' ? plainJson : fhirJson
}

const fhirJson = 'application/fhir+json; charset=utf-8'
const plainJson = 'application/json; charset=utf-8'

function decodeFormat(text: string): string {
  try {
    // A plus sign that the client did not encode.
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

const jsonNames = /^(json|text\/json|application\/(fhir[+ ]json|json[+ ]fhir|json))$/i

/** Throws `format-not-served` when `_format`, or else the header Accept, asks for another format. */
export function assertJson(query: URLSearchParams, { headers }: Pick<Asked, 'headers'>): void {
  const format = findSingle(query, '_format')
  if (format === undefined) {
    const accept = headers.accept ?? ''
    if (acceptsJson(accept)) return
    throw notServed(`The header Accept asks for "${accept.slice(0, 60)}"`)
  }
  if (!jsonNames.test(format.split(';')[0]?.trim() ?? '') || isOtherVersion(format))
    throw notServed(`The parameter _format asks for "${format.slice(0, 60)}"`)
}

/** One part of Accept. A quality of 0 means "not this" (RFC 9110 §12.5.1). */
interface MediaRange {
  name: string
  isWanted: boolean
}

/** Headers that name no format of FHIR accept JSON, because such clients do not care. */
function acceptsJson(accept: string): boolean {
  const parts = accept.split(',')
  if (parts.every(isOtherVersion)) return false
  const ranges = parts.filter((part) => !isOtherVersion(part)).map(readRange)
  // The most specific range decides: a name of JSON before `application/*`, and `application/*` before `*/*`.
  for (const isAbout of [/json$/, /^application\/\*$/, /^\*\/\*$/]) {
    const about = ranges.filter(({ name }) => isAbout.test(name))
    if (about.length > 0) return about.some(({ isWanted }) => isWanted)
  }
  if (ranges.some(({ name, isWanted }) => isWanted && /html/.test(name))) return true
  return !ranges.some(({ name, isWanted }) => isWanted && /xml|turtle/.test(name))
}

function readRange(part: string): MediaRange {
  const [name = '', ...parameters] = part.split(';').map((each) => each.trim().toLowerCase())
  return { name, isWanted: !parameters.some((each) => /^q\s*=\s*0(\.0*)?$/.test(each)) }
}

/** Whether a media type says that it is of another version than R4: https://hl7.org/fhir/R4/http.html#version-parameter */
export function isOtherVersion(mediaType: string): boolean {
  const [, version] = /;\s*fhirVersion\s*=\s*"?([\d.]*)/i.exec(mediaType) ?? []
  return version !== undefined && !/^4\.0(\.\d+)?$/.test(version)
}

function notServed(what: string): OnpatientError {
  return new OnpatientError(
    'format-not-served',
    `${what}, but only JSON is served, of FHIR R4. Use json or application/fhir+json.`,
    { field: '_format' },
  )
}

/** A record as it is sent: as stored, or indented for people. */
export function present(content: string, query: URLSearchParams): string {
  return query.get('_pretty') === 'true' ? stringifyExact(parseExact(content), 2) : content
}
