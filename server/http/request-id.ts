import type { onRequestHookHandler } from 'fastify'
import { newId, type Random } from '../secrets.ts'

/**
 * Makes the id that a request carries in `X-Request-Id`, in its errors and in the log. It only has to be one of a kind, so
 * random bytes are drawn once for the process and not for each request.
 */
export function createRequestIds(random: Random): () => string {
  const process = newId('req', random).slice(0, 14)
  let count = 0
  return () => `${process}${(++count).toString(36).padStart(6, '0')}`
}

/** For the whole server: every answer carries the id, also one that nobody foresaw. */
export const tellRequestId: onRequestHookHandler = (request, reply, done) => {
  void reply.header('x-request-id', request.id)
  done()
}
