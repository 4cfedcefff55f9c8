import type { FastifyReply, FastifyRequest } from 'fastify'
import { type OnpatientError, statusOf } from '../errors.ts'
import { toErrorDescription } from './error-description.ts'

/** RFC 6750 §3: refuses an access token; `scope` is the scope that the end point needs. */
export function refuseBearer(
  request: FastifyRequest,
  reply: FastifyReply,
  error: OnpatientError,
  scope?: string,
): FastifyReply {
  const status = statusOf[error.category]
  const body = { error_description: toErrorDescription(error.message), request_id: request.id }
  if (error.category === 'too-many')
    return reply
      .code(status)
      .header('retry-after', error.retryAfterSeconds)
      .send({ error: 'too_many_requests', ...body })
  const code = status === 403 ? 'insufficient_scope' : status === 401 ? 'invalid_token' : 'invalid_request'
  const isBare = error.code === 'token-missing'
  const wanted = status === 403 && scope !== undefined ? `, scope="${scope}"` : ''
  return reply
    .code(status)
    .header('www-authenticate', `Bearer realm="onpatient"${isBare ? '' : `, error="${code}"`}${wanted}`)
    .send({ error: code, ...body })
}
