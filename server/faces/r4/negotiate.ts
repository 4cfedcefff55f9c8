import type { FastifyRequest } from 'fastify'
import { parseExact, stringifyExact } from '#fhir/exact-json.ts'
import { OnpatientError } from '../../errors.ts'
import { findSingle } from '../../http/query.ts'

/** JSON under the name that was asked for: https://hl7.org/fhir/R4/http.html#mime-type */
export function mediaTypeFor({ headers, url }: FastifyRequest): string {
  const [, format = ''] = url.includes('_format=') ? (/[?&]_format=([^&]*)/.exec(url) ?? []) : []
  const wanted = format === '' ? headers.accept : `${decodeFormat(format)} ${headers.accept}`
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

/** Throws `format-not-served` when `_format`, or else the header Accept, asks for what is not. */
export function assertJson(query: URLSearchParams, { headers }: FastifyRequest): void {
  const format = findSingle(query, '_format')
  if (format === undefined) {
    // Headers that name nothing of FHIR come from clients that do not care.
    const accept = headers.accept ?? ''
    const isForeign = /xml|turtle/i.test(accept) && !/json|\*\/\*|application\/\*|html/i.test(accept)
    if (!isForeign && !accept.split(',').every(isOtherVersion)) return
    throw notServed(`The header Accept asks for "${accept.slice(0, 60)}"`)
  }
  if (!jsonNames.test(format.split(';')[0]?.trim() ?? '') || isOtherVersion(format))
    throw notServed(`The parameter _format asks for "${format.slice(0, 60)}"`)
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
