import type { FastifyRequest } from 'fastify'
import { parseExact, stringifyExact } from '#fhir/exact-json.ts'
import { OnpatientError } from '../../errors.ts'
import { findSingle } from '../../http/query.ts'

/** JSON under the name that was asked for: https://hl7.org/fhir/R4/http.html#mime-type */
export function mediaTypeFor({ headers, url }: FastifyRequest): string {
  const [, format = ''] = /[?&]_format=([^&]*)/.exec(url) ?? []
  const asked = /application\/(?:fhir\+json|json\+fhir|json)/i.exec(
    `${decodeFormat(format)} ${headers.accept}`,
  )
  return `${asked && asked[0].toLowerCase() === 'application/json' ? 'application/json' : 'application/fhir+json'}; charset=utf-8`
}

function decodeFormat(text: string): string {
  try {
    // A plus sign that the client did not encode.
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

const jsonNames = /^(json|text\/json|application\/(fhir[+ ]json|json[+ ]fhir|json))$/i

/** Throws when `_format` asks for what is not served. */
export function assertJson(query: URLSearchParams): void {
  const format = findSingle(query, '_format')
  if (format === undefined || jsonNames.test(format.split(';')[0]?.trim() ?? '')) return
  throw new OnpatientError(
    'invalid-parameter',
    `The parameter _format asks for "${format.slice(0, 60)}", but only JSON is served. Use json or application/fhir+json.`,
    { field: '_format' },
  )
}

/** A record as it is sent: as stored, or indented for people. */
export function present(content: string, query: URLSearchParams): string {
  return query.get('_pretty') === 'true' ? stringifyExact(parseExact(content), 2) : content
}
