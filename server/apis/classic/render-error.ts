import type { FastifyReply, FastifyRequest } from 'fastify'
import type { OnpatientError } from '../../errors.ts'
import { headersOf, outcomeOf } from '../../http/operation-outcome.ts'
import { mediaTypeFor } from './media-type.ts'

/** The status, headers and body of a failure: an OperationOutcome that old clients can read by `detail` too. */
export function sendError(
  reply: FastifyReply,
  error: OnpatientError,
  { id, headers: asked }: FastifyRequest,
): FastifyReply {
  const { status, headers } = headersOf(error)
  const outcome = outcomeOf(error, id)
  // R4 does not define `detail`. A client that asks for FHIR by its name may have a strict parser.
  const isStrict = /application\/fhir\+json/i.test(asked.accept ?? '')
  const body = isStrict ? outcome : { ...outcome, detail: error.message }
  // The type is set again, because Fastify drops the type of the answer that failed.
  return reply.code(status).headers(headers).type(mediaTypeFor(asked.accept)).send(JSON.stringify(body))
}
