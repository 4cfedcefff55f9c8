import { fastifyCors } from '@fastify/cors'
import { fastifyPlugin } from 'fastify-plugin'

const usual = [
  'Authorization',
  'DPoP',
  'Accept',
  'Content-Type',
  'Cache-Control',
  'X-Requested-With',
  'Prefer',
]
/** FHIR R4 http.html: conditional reads and writes. */
const conditions = ['If-Match', 'If-None-Match', 'If-Modified-Since', 'If-None-Exist']
const told = ['WWW-Authenticate', 'Link', 'X-Request-Id', 'Retry-After', 'Allow']

/**
 * Browser applications of any origin may call the API and read every answer, the 401 and 404 too. The token travels in
 * a header that a browser never adds by itself, so no cookie can be abused: credentials stay off.
 */
export const cors = fastifyPlugin(async (app) => {
  await app.register(fastifyCors, {
    origin: '*',
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [...usual, ...conditions],
    exposedHeaders: [...told, 'ETag', 'Last-Modified', 'Location'],
    credentials: false,
    maxAge: 86_400,
    // An OPTIONS request that is no preflight asks what is allowed, which the same headers answer.
    strictPreflight: false,
  })
})
