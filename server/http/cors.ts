import type { FastifyReply, FastifyRequest } from 'fastify'

/** Headers that an application in a browser may read, beside those that the Fetch standard always shows. */
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

/** Headers that it may send: all that the APIs read. */
const requestHeaders = [
  ...['Authorization', 'DPoP', 'Accept', 'Content-Type', 'Cache-Control', 'X-Requested-With', 'Prefer'],
  ...['If-Match', 'If-None-Match', 'If-Modified-Since', 'If-None-Exist', 'If-Range', 'Range'],
  'X-Security-Context',
]

/**
 * Headers by which a browser application of any origin reads an answer. Credentials stay off, because the token comes in a header that a
 * browser never adds by itself. The headers are the same for every request, so there is no `Vary: Origin`.
 */
export const readableByAll = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': exposedHeaders.join(', '),
}

/**
 * Answers a preflight request: https://fetch.spec.whatwg.org/#cors-preflight-fetch. Any other OPTIONS request asks what is allowed, and the
 * same headers answer that. `seconds`: how long a browser may keep the answer.
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

/** The preflight answer for every address of the APIs. */
export const preflightOfApis = preflight(
  'GET, HEAD, POST, PUT, PATCH, DELETE',
  requestHeaders.join(', '),
  86_400,
)
