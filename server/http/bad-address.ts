import type { FastifyReply, FastifyRequest } from 'fastify'
import { OnpatientError } from '../errors.ts'
import { readableByAll } from './cors.ts'
import { headersOf, outcomeOf } from './operation-outcome.ts'

/**
 * For `frameworkErrors`: an address that cannot be read is refused before any face sees it. Both APIs are told as FHIR
 * says it (the classic one reads `detail`), everybody else in one line.
 */
export function refuseBadAddress(
  _error: unknown,
  { url, id }: Pick<FastifyRequest, 'url' | 'id'>,
  reply: FastifyReply,
): void {
  const error = new OnpatientError(
    'invalid-parameter',
    'The path of the address is not percent-encoded UTF-8, or a part of it is too long.',
  )
  const { status } = headersOf(error)
  void reply.code(status).headers({ ...readableByAll, 'cache-control': 'no-store' })
  const [, root] = /^\/+(fhir|onpatient_api)\//.exec(url) ?? []
  if (root === undefined) {
    void reply.type('text/plain; charset=utf-8').send(error.message)
    return
  }
  const outcome = outcomeOf(error, id)
  const body = root === 'fhir' ? outcome : { ...outcome, detail: error.message }
  void reply
    .type(root === 'fhir' ? 'application/fhir+json; charset=utf-8' : 'application/json; charset=utf-8')
    .send(JSON.stringify(body))
}
