import { proofAlgorithms } from '#server/access/access.ts'
import { type Category, errorCodeSystem, type OnpatientError, statusOf } from '../errors.ts'

/** https://hl7.org/fhir/R4/valueset-issue-type.html */
const issueType = {
  incorrect: 'invalid',
  unauthenticated: 'login',
  forbidden: 'forbidden',
  'not-found': 'not-found',
  gone: 'deleted',
  conflict: 'conflict',
  precondition: 'conflict',
  unprocessable: 'processing',
  'too-large': 'too-costly',
  'media-type': 'not-supported',
  'not-acceptable': 'not-supported',
  'too-many': 'throttled',
  timeout: 'timeout',
  unsupported: 'not-supported',
  unavailable: 'transient',
  fault: 'exception',
} as const satisfies Record<Category, string>

interface OperationOutcome {
  resourceType: 'OperationOutcome'
  issue: object[]
}

/** A failure as an OperationOutcome: https://hl7.org/fhir/R4/operationoutcome.html */
export function outcomeOf(error: OnpatientError, requestId: string): OperationOutcome {
  const { category, code, message } = error
  const issue = {
    severity: category === 'fault' ? 'fatal' : 'error',
    code: category === 'unauthenticated' && code !== 'token-missing' ? 'security' : issueType[category],
    details: { coding: [{ system: errorCodeSystem, code }], text: message },
    // Libraries such as HAPI show only this text.
    diagnostics: `${message} (request ${requestId})`,
    ...expressionOf(error),
  }
  const others = error.issues.map((each) => ({
    severity: 'error',
    code: each.code,
    details: { text: each.message },
    diagnostics: each.message,
    expression: [each.expression],
  }))
  return { resourceType: 'OperationOutcome', issue: others.length > 0 ? others : [issue] }
}

/** The element at fault, the parameter, or the body as a whole. */
function expressionOf({ category, code, field, expression }: OnpatientError): { expression?: string[] } {
  if (expression !== undefined) return { expression: [expression] }
  if (category === 'incorrect' && field !== undefined) return { expression: [`http.${field}`] }
  return code === 'record-refused' || code === 'invalid-body' ? { expression: ['Resource'] } : {}
}

/** The status and the headers of a failure, on every API. */
export function headersOf(error: OnpatientError): { status: number; headers: Record<string, string> } {
  const headers: Record<string, string> = {}
  if (error.retryAfterSeconds !== undefined) headers['retry-after'] = String(error.retryAfterSeconds)
  const challenge = challengeOf(error)
  if (challenge !== undefined) headers['www-authenticate'] = challenge
  return { status: statusOf[error.category], headers }
}

/** RFC 6750 §3: the challenge has no error code without a token, `invalid_token` for a bad token, and the missing scope for a narrow one. */
function challengeOf({ category, code, message, field }: OnpatientError): string | undefined {
  const description = `error_description="${toQuotable(message)}"`
  // A request that carries no token at all; `field` names where a token came in a wrong way.
  if (code === 'token-missing' && field === undefined) return 'Bearer realm="onpatient"'
  if (code === 'token-missing') return `Bearer realm="onpatient", error="invalid_request", ${description}`
  // RFC 9449 §7.1
  if (code === 'token-binding')
    return `DPoP realm="onpatient", error="invalid_dpop_proof", ${description}, algs="${proofAlgorithms.join(' ')}"`
  if (category === 'unauthenticated') return `Bearer realm="onpatient", error="invalid_token", ${description}`
  if (code === 'scope-missing')
    return `Bearer realm="onpatient", error="insufficient_scope", ${description}, scope="${field}"`
  return undefined
}

/** RFC 6750 §3.1 allows neither quotes nor backslashes in a description. */
function toQuotable(text: string): string {
  return text.replaceAll('"', "'").replace(/[^\x20-\x7e]|\\/g, ' ')
}
