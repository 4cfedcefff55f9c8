import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Counted, RateLimits, Standing } from '#server/rate-limits/rate-limits.ts'

/** What counts requests, as those who answer them use it. */
export type RequestLimits = Pick<RateLimits, 'assert' | 'fieldsOf'>

declare module 'fastify' {
  interface FastifyRequest {
    /** Puts where a request stands among its limits into the headers of the answer; set on the API alone. */
    tellStanding: ((standing: Standing) => void) | undefined
  }
}

/** Counts a request and tells in the headers of its answer where it stands. Throws `too-many-requests`. */
export function limitRequest(rateLimits: RequestLimits, reply: FastifyReply, counted: Counted): void {
  rateLimits.assert([counted], (standing) => void reply.headers(rateLimits.fieldsOf(standing)))
}

/** What is counted later in the same request, because it is known only when the token was opened, is told by this. */
export function prepareTelling(
  rateLimits: RequestLimits,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  request.tellStanding = (standing) => void reply.headers(rateLimits.fieldsOf(standing))
}
