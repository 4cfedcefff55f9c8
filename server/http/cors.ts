import { fastifyCors } from '@fastify/cors'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { fastifyPlugin } from 'fastify-plugin'

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
    'Allow',
  ],
  'DPoP-Nonce',
]

/** What it may send along on the API; all that the faces read. */
const requestHeaders = [
  ...['Authorization', 'DPoP', 'Accept', 'Content-Type', 'Cache-Control', 'X-Requested-With', 'Prefer'],
  ...['If-Match', 'If-None-Match', 'If-Modified-Since', 'If-None-Exist'],
]

/** For answers outside the faces that every origin may read. Credentials stay off: no cookie counts there. */
export const readableByAll = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': exposedHeaders.join(', '),
}

/** Answers the preflight request of an address that is not of a face. */
export function preflight(methods: string, headers: string) {
  return async (_request: FastifyRequest, reply: FastifyReply) =>
    reply
      .code(204)
      .headers({
        ...readableByAll,
        'access-control-allow-methods': methods,
        'access-control-allow-headers': headers,
        'access-control-max-age': '3600',
      })
      .send()
}

/**
 * Browser applications of any origin may call the API and read every answer, the 401 and 404 too. The token travels in
 * a header that a browser never adds by itself, so no cookie can be abused: credentials stay off.
 */
export const cors = fastifyPlugin(async (app) => {
  await app.register(fastifyCors, {
    origin: '*',
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: requestHeaders,
    exposedHeaders,
    credentials: false,
    maxAge: 86_400,
    // An OPTIONS request that is no preflight asks what is allowed, which the same headers answer.
    strictPreflight: false,
  })
})
