import type { onRequestHookHandler } from 'fastify'
import { newId, type Random } from '../secrets.ts'

/**
 * Makes the ids of requests, for `X-Request-Id`, errors and the log. An id has to be unique and need not be secret, so random bytes are drawn once
 * for the process and not for each request.
 */
export function createRequestIds(random: Random): () => string {
  const process = newId('req', random).slice(0, 14)
  let count = 0
  return () => `${process}${(++count).toString(36).padStart(6, '0')}`
}

/** A hook for the whole server: every answer carries the id, also the answer to an unforeseen error. */
export const tellRequestId: onRequestHookHandler = (request, reply, done) => {
  void reply.header('x-request-id', request.id)
  done()
}
