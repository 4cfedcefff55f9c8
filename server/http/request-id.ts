import { newId, type Random } from '../secrets.ts'

/** Makes the id that a request carries in `X-Request-Id`, in its errors and in the log. */
export function createRequestIds(random: Random): () => string {
  return () => newId('req', random)
}
