import type { onRequestHookHandler } from 'fastify'

export const hstsSeconds = 365 * 24 * 60 * 60

/** HTTP Strict Transport Security (RFC 6797): browsers ask the host name by https alone from now on. */
export const askForHttps: onRequestHookHandler = (_request, reply, done) => {
  void reply.header('strict-transport-security', `max-age=${hstsSeconds}`)
  done()
}
