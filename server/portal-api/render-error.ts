/** RFC 9457, problem details for HTTP APIs: https://www.rfc-editor.org/rfc/rfc9457 */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { type Category, OnpatientError, statusOf } from '../errors.ts'
import { csrfFailure } from '../http/browser.ts'
import { findStoreFailure } from '../store/store-failure.ts'

const titles = {
  incorrect: 'Something in the request is wrong',
  unauthenticated: 'Sign-in needed',
  forbidden: 'Not allowed',
  'not-found': 'Not found',
  gone: 'No longer there',
  conflict: 'Exists already',
  precondition: 'Changed in the meantime',
  unprocessable: 'Something in the request breaks a rule',
  'too-large': 'Too large',
  'media-type': 'Wrong kind of content',
  'not-acceptable': 'Not available in this format',
  'too-many': 'Too many requests',
  unsupported: 'Not possible here',
  unavailable: 'Not available at the moment',
  timeout: 'That took too long',
  fault: 'Something went wrong on our side',
} as const satisfies Record<Category, string>

/** The error handler of the portal's API. Every failure becomes problem details, and a fault is logged once. */
export function renderError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const failure = toFailure(error)
  if (failure.category === 'fault') request.log.error({ err: error }, 'a request of the portal failed')
  if (failure.retryAfterSeconds !== undefined) void reply.header('retry-after', failure.retryAfterSeconds)
  const status = statusOf[failure.category]
  return reply
    .code(status)
    .type('application/problem+json; charset=utf-8')
    .send(
      JSON.stringify({
        // "about:blank" says that `code` carries the meaning; there is no page per error (§4.2.1).
        type: 'about:blank',
        title: titles[failure.category],
        status,
        detail: failure.message,
        code: failure.code,
        ...(failure.field === undefined ? {} : { field: failure.field }),
        request_id: request.id,
      }),
    )
}

function toFailure(error: FastifyError): OnpatientError {
  if (error instanceof OnpatientError) return error
  const known = findStoreFailure(error) ?? csrfFailure(error)
  if (known) return known
  // Fastify refuses broken or oversized bodies and unknown content types before a handler runs.
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
    return new OnpatientError('invalid-body', 'The body could not be read. Send well-formed JSON.', {
      cause: error,
    })
  return new OnpatientError('fault', 'Something went wrong on our side. Please try again in a few minutes.', {
    cause: error,
  })
}
