import type { FastifyRequest } from 'fastify'
import type { PresentedToken } from '#server/access/access.ts'
import { OnpatientError } from '../errors.ts'
import { originOf } from './page-links.ts'

/** RFC 6750 §2.1, RFC 9449 §7.1. The scheme compares without case, as RFC 9110 §11.1 says. */
const pattern = /^(bearer|dpop) +([A-Za-z0-9\-._~+/]{1,4096}=*) *$/i

/**
 * The access token of a request, with the proof that came with it; undefined when the request has none. `ownOrigin` is the origin of
 * the API, without a slash. Throws `token-unknown` for a token that no server can have issued, and `token-missing` when the token
 * comes in another way than in the header.
 */
export function findPresentedToken(
  request: Pick<FastifyRequest, 'headers' | 'host' | 'protocol' | 'method' | 'url' | 'tellStanding'>,
  query: URLSearchParams,
  ownOrigin: string,
): PresentedToken | undefined {
  // RFC 6750 §2.3: a token in an address ends up in histories and logs. It is refused even beside a header.
  if (query.has('access_token'))
    throw new OnpatientError(
      'token-missing',
      'An access token in the address is not accepted, because addresses are logged. Send the header "Authorization: Bearer ACCESS_TOKEN".',
      { field: 'access_token' },
    )
  const header = request.headers.authorization
  if (header === undefined || header.trim() === '') return undefined
  if (!/^(bearer|dpop)( |$)/i.test(header))
    throw new OnpatientError(
      'token-missing',
      'The Authorization header must have the scheme Bearer: "Authorization: Bearer ACCESS_TOKEN".',
      { field: 'Authorization' },
    )
  const [, scheme, token] = pattern.exec(header) ?? []
  if (token === undefined)
    throw new OnpatientError('token-unknown', 'The Authorization header does not hold a well-formed token.')
  return {
    token,
    scheme: scheme?.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer',
    proof: findProof(request, ownOrigin),
    tellStanding: request.tellStanding,
  }
}

function findProof(
  request: Pick<FastifyRequest, 'headers' | 'host' | 'protocol' | 'method' | 'url'>,
  ownOrigin: string,
): PresentedToken['proof'] {
  const { dpop } = request.headers
  if (dpop === undefined) return undefined
  // RFC 9449 §4.3 allows exactly one. Node joins doubled headers by a comma, and no JWT contains a comma.
  if (typeof dpop !== 'string' || dpop.includes(',') || dpop.length > 8192)
    throw new OnpatientError('token-binding', 'Send exactly one DPoP header, with one proof of at most 8 kB.')
  return { text: dpop, method: request.method, url: `${originOf(request, ownOrigin)}${request.url}` }
}
