import type { FastifyReply, FastifyRequest } from 'fastify'
import { toErrorDescription } from './error-description.ts'

interface OAuthError {
  status: number
  error: string
  description: string
}

/** Sends an error in the form of RFC 6749 §5.2, whatever the client accepts. */
export function sendOAuthError(
  request: FastifyRequest,
  reply: FastifyReply,
  { status, error, description }: OAuthError,
): FastifyReply {
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .send({ error, error_description: toErrorDescription(description), request_id: request.id })
}
