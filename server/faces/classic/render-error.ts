import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Category, type OnpatientError, statusOf } from '../../errors.ts'
import { mediaTypeFor } from './media-type.ts'

/** https://hl7.org/fhir/R4/valueset-issue-type.html */
const issueType = {
  incorrect: 'invalid',
  unauthenticated: 'login',
  forbidden: 'forbidden',
  'not-found': 'not-found',
  gone: 'deleted',
  conflict: 'conflict',
  'too-many': 'throttled',
  unsupported: 'not-supported',
  unavailable: 'transient',
  fault: 'exception',
} as const satisfies Record<Category, string>

/** The status, headers and body of a failure: an OperationOutcome that old clients can read by `detail` too. */
export function sendError(
  reply: FastifyReply,
  error: OnpatientError,
  { id, headers }: FastifyRequest,
): FastifyReply {
  const { category, code, message, field, retryAfterSeconds } = error
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', retryAfterSeconds)
  const challenge = challengeOf(error)
  if (challenge !== undefined) void reply.header('www-authenticate', challenge)
  const issue = {
    severity: category === 'fault' ? 'fatal' : 'error',
    code: category === 'unauthenticated' && code !== 'token-missing' ? 'security' : issueType[category],
    details: { coding: [{ code }], text: message },
    diagnostics: `Request ${id}`,
    ...(category === 'incorrect' && field !== undefined ? { expression: [`http.${field}`] } : {}),
  }
  const body = { resourceType: 'OperationOutcome', issue: [issue], detail: message }
  // Set again, because Fastify forgets the type of the answer that failed.
  return reply.code(statusOf[category]).type(mediaTypeFor(headers.accept)).send(JSON.stringify(body))
}

/** RFC 6750 §3: without a token no error code is given, with a bad one `invalid_token`, with a narrow one the scope. */
function challengeOf({ category, code, message, field }: OnpatientError): string | undefined {
  const description = `error_description="${toQuotable(message)}"`
  if (code === 'token-missing') return `Bearer realm="onpatient", ${description}`
  if (category === 'unauthenticated') return `Bearer realm="onpatient", error="invalid_token", ${description}`
  if (code === 'scope-missing')
    return `Bearer realm="onpatient", error="insufficient_scope", ${description}, scope="${field}"`
  return undefined
}

/** RFC 6750 §3.1 allows neither quotes nor backslashes in a description. */
function toQuotable(text: string): string {
  return text.replaceAll('"', "'").replace(/[^\x20-\x7e]|\\/g, ' ')
}
