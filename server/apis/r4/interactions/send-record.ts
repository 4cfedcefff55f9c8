import type { Binary } from 'fhir/r4'
import { OnpatientError } from '../../../errors.ts'
import type { Answer } from '../answer.ts'
import { sendBytes, wantsBytes } from '../binary.ts'
import { compareVersion } from '../conditional-read.ts'
import { present } from '../negotiate.ts'
import type { ReadContext } from '../request-context.ts'
import { readSubset, subset } from '../subset.ts'

/**
 * The record as JSON, whole or the part that is asked for; of a Binary its bytes, unless FHIR is asked for; 304 when the client has it
 * (https://hl7.org/fhir/R4/http.html#cread).
 */
export function sendRecord({ request, query }: ReadContext, type: string, content: string): Answer {
  const { headers, isUnchanged } = compareVersion(request, content)
  if (isUnchanged) return { status: 304, headers }
  if (type === 'Binary' && !query.has('_format')) {
    const binary = JSON.parse(content) as Binary
    if (wantsBytes(request, binary)) {
      const bytes = sendBytes(request, binary)
      return { ...bytes, headers: { ...headers, ...bytes.headers } }
    }
  }
  return { status: 200, headers, body: present(subset(content, type, readSubset(query)), query) }
}

export function deleted(type: string): OnpatientError {
  return new OnpatientError(
    'record-deleted',
    `This ${type} was deleted. Its history tells its earlier versions.`,
  )
}

/** The words must not depend on whether the record exists elsewhere: that it exists is nobody else's business. */
export function notHere(type: string): OnpatientError {
  return new OnpatientError('not-found', `There is no ${type} with this id among the records of this token.`)
}
