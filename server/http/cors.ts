import { fastifyCors } from '@fastify/cors'
import { fastifyPlugin } from 'fastify-plugin'

/**
 * Browser applications of any origin may call the API and read every answer, the 401 and 404 too. The token travels in
 * a header that a browser never adds by itself, so no cookie can be abused: credentials stay off.
 */
export const cors = fastifyPlugin(async (app) => {
  await app.register(fastifyCors, {
    origin: '*',
    methods: ['GET', 'HEAD'],
    allowedHeaders: ['Authorization', 'DPoP', 'Accept', 'Content-Type', 'Cache-Control', 'X-Requested-With'],
    exposedHeaders: ['WWW-Authenticate', 'Link', 'X-Request-Id', 'Retry-After', 'Allow'],
    credentials: false,
    maxAge: 86_400,
    // An OPTIONS request that is no preflight asks what is allowed, which the same headers answer.
    strictPreflight: false,
  })
})
