import { OnpatientError } from '../errors.ts'
import { findStoreFailure } from '../store/store-failure.ts'

/** An `OnpatientError` stays as it is. A failure of the store becomes `unavailable`, a 4xx of Fastify gets its own words, and everything else is a `fault`. */
export function apiFailure(error: unknown): OnpatientError {
  if (error instanceof OnpatientError) return error
  const failure = findStoreFailure(error)
  if (failure) return failure
  const status = (error as { statusCode?: unknown }).statusCode
  if (error instanceof Error && status === 413)
    return new OnpatientError('body-too-large', 'This body is too large. Send it in several requests.', {
      cause: error,
    })
  if (error instanceof Error && typeof status === 'number' && status >= 400 && status < 500)
    return new OnpatientError('invalid-parameter', 'This request could not be read.', {
      detail: error.message,
      cause: error,
    })
  return new OnpatientError(
    'fault',
    'Something went wrong in the server. Quote the request id when you ask.',
    {
      cause: error,
    },
  )
}
