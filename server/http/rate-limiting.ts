import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Counted, RateLimits, Standing } from '#server/rate-limits/rate-limits.ts'

/** The part of the rate limits that answers to requests use. */
export type RequestLimits = Pick<RateLimits, 'assert' | 'fieldsOf'>

declare module 'fastify' {
  interface FastifyRequest {
    /** Writes how much of a limit is left into the headers of the answer. Only APIs set it. */
    tellStanding: ((standing: Standing) => void) | undefined
  }
}

/** Counts a request, and writes into the headers of its answer how much of the limit is left. Throws `too-many-requests`. */
export function limitRequest(rateLimits: RequestLimits, reply: FastifyReply, counted: Counted): void {
  rateLimits.assert([counted], (standing) => void reply.headers(rateLimits.fieldsOf(standing)))
}

/** Sets `tellStanding`, with which later steps of the request write their limits: the token is opened after this one. */
export function prepareTelling(
  rateLimits: RequestLimits,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  request.tellStanding = (standing) => void reply.headers(rateLimits.fieldsOf(standing))
}
