import type { FastifyReply, FastifyRequest } from 'fastify'
import { OnpatientError } from '../errors.ts'
import { readableByAll } from './cors.ts'
import { outcomeOf } from './operation-outcome.ts'

/** The root of a FHIR API; see `registerApi` for the two slashes. */
const rootOfApi = /^\/{1,2}(fhir|onpatient_api|api\/fhir)(?:\/|$)/

/**
 * Answers an address that the router cannot read, such as `%zz`. No hook and no API sees it, so this function sets the headers that all answers
 * have, with CORS for browser applications.
 */
export function refuseAddress(_error: Error, request: FastifyRequest, reply: FastifyReply): void {
  const words =
    'This address cannot be read. Either a part of it is too long, or a "%" is not followed by two hex digits of UTF-8.'
  void reply
    .code(400)
    .headers({ ...readableByAll, 'x-request-id': request.id, 'cache-control': 'no-store' })
    .header('x-content-type-options', 'nosniff')
  const [, root] = rootOfApi.exec(request.url) ?? []
  if (root === undefined) {
    void reply.send({ error: 'invalid_request', error_description: words, request_id: request.id })
    return
  }
  const outcome = outcomeOf(new OnpatientError('invalid-parameter', words), request.id)
  // In the form of the errors of that API.
  const [mediaType, body] =
    root === 'onpatient_api'
      ? ['application/json', { ...outcome, detail: words }]
      : ['application/fhir+json', outcome]
  void reply.type(`${mediaType}; charset=utf-8`).send(JSON.stringify(body))
}

/** The 404 of a site that has APIs alone. */
export function refuseUnknown(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const words = 'There is nothing at this address. The FHIR APIs are at /fhir/r4 and /onpatient_api/fhir.'
  return reply
    .code(404)
    .headers({ ...readableByAll, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    .type('application/fhir+json; charset=utf-8')
    .send(JSON.stringify(outcomeOf(new OnpatientError('not-found', words), request.id)))
}
