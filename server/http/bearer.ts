import type { IncomingHttpHeaders } from 'node:http'
import { OnpatientError } from '../errors.ts'

/** RFC 6750 §2.1. The scheme compares without case, as RFC 9110 §11.1 says. */
const pattern = /^bearer +([A-Za-z0-9\-._~+/]{1,4096}=*) *$/i

/**
 * The access token of a request; undefined when none was sent. Throws `token-unknown` for one that no server can have
 * issued, and `token-missing` when it was sent in another way than in the header.
 */
export function findBearerToken(headers: IncomingHttpHeaders, query: URLSearchParams): string | undefined {
  // RFC 6750 §2.3: a token in an address ends up in histories and logs. Refused even when a header is there too.
  if (query.has('access_token'))
    throw new OnpatientError(
      'token-missing',
      'An access token in the address is not accepted, because addresses are logged. Send the header "Authorization: Bearer ACCESS_TOKEN".',
      { field: 'access_token' },
    )
  const header = headers.authorization
  if (header === undefined || header.trim() === '') return undefined
  if (!/^bearer( |$)/i.test(header))
    throw new OnpatientError(
      'token-missing',
      'The Authorization header must have the scheme Bearer: "Authorization: Bearer ACCESS_TOKEN".',
    )
  const token = pattern.exec(header)?.[1]
  if (token === undefined)
    throw new OnpatientError('token-unknown', 'The Authorization header does not hold a well-formed token.')
  return token
}
