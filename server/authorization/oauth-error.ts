import type { FastifyReply, FastifyRequest } from 'fastify'
import { toErrorDescription } from './error-description.ts'

/** Answers an error as RFC 6749 §5.2 says it, whatever the client accepts. */
export function sendOAuthError(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  error: string,
  description: string,
): FastifyReply {
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .send({ error, error_description: toErrorDescription(description), request_id: request.id })
}
