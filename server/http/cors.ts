import type { FastifyReply, FastifyRequest } from 'fastify'

/** What an application in a browser reads of an answer beyond what the Fetch standard shows it anyway. */
const exposedHeaders = [
  ...[
    'WWW-Authenticate',
    'ETag',
    'Last-Modified',
    'Location',
    'Link',
    'X-Request-Id',
    'Retry-After',
    'RateLimit',
    'RateLimit-Policy',
    'Allow',
    'Accept-Ranges',
    'Content-Disposition',
    'Content-Range',
  ],
  'DPoP-Nonce',
]

/** What it may send along on the API; all that the APIs read. */
const requestHeaders = [
  ...['Authorization', 'DPoP', 'Accept', 'Content-Type', 'Cache-Control', 'X-Requested-With', 'Prefer'],
  ...['If-Match', 'If-None-Match', 'If-Modified-Since', 'If-None-Exist', 'If-Range', 'Range'],
  'X-Security-Context',
]

/**
 * What lets a browser application of any origin read an answer. The token travels in a header that a browser never adds by
 * itself, so no cookie can be abused: credentials stay off. The same for every request, so no `Vary: Origin`.
 */
export const readableByAll = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': exposedHeaders.join(', '),
}

/**
 * Answers a preflight request: https://fetch.spec.whatwg.org/#cors-preflight-fetch. An OPTIONS request that is none asks
 * what is allowed, which the same headers answer. `seconds`: how long a browser may go without asking again.
 */
export function preflight(methods: string, headers: string, seconds = 3600) {
  const allowing = {
    ...readableByAll,
    'access-control-allow-methods': methods,
    'access-control-allow-headers': headers,
    'access-control-max-age': String(seconds),
  }
  return async (_request: FastifyRequest, reply: FastifyReply) => reply.code(204).headers(allowing).send()
}

/** On every address of the APIs. */
export const preflightOfApis = preflight(
  'GET, HEAD, POST, PUT, PATCH, DELETE',
  requestHeaders.join(', '),
  86_400,
)
