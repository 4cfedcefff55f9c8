import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from '../logger.ts'
import { plainAddress } from '../network.ts'

/**
 * One line for each wrong password, code, passkey, client secret and token, and for each request too many, with the client's address:
 * programs such as fail2ban read it (deploy/fail2ban). Its fields and their order are a promise. None of them is what a client typed.
 */
export function logRefusals(logger: Logger) {
  return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const status = reply.statusCode
    if (status === 429 || (status === 401 && isAttempt(request)))
      logger.warn(
        {
          address: plainAddress(request.ip),
          status,
          method: request.method,
          // The pattern, never the address, which the client chooses.
          route: request.routeOptions.url ?? 'none',
        },
        'refused',
      )
    done()
  }
}

/** To be asked for a sign-in or a token is no attempt. */
function isAttempt({ method, headers }: FastifyRequest): boolean {
  return headers.authorization !== undefined || (method !== 'GET' && method !== 'HEAD')
}
