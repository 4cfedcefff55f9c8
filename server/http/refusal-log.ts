import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from '../logger.ts'
import { plainAddress } from '../network.ts'

/**
 * Logs one line for each wrong password, code, passkey, client secret and token, and for each 429, with the address of the client. Programs
 * such as fail2ban read it (deploy/fail2ban), so its fields and their order stay as they are. No field holds anything that a client typed.
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
          // The pattern, because the client chooses the address.
          route: request.routeOptions.url ?? 'none',
        },
        'refused',
      )
    done()
  }
}

/** A request without a token that is asked for one is not an attempt. */
function isAttempt({ method, headers }: FastifyRequest): boolean {
  return headers.authorization !== undefined || (method !== 'GET' && method !== 'HEAD')
}
