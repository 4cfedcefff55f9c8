/** The steps of all end points of applications, for what they send beside their parameters. */
import type { FastifyRequest } from 'fastify'
import { findProofKeyFault } from '#server/access/access.ts'
import type { RateLimits } from '#server/rate-limits/rate-limits.ts'
import { readableByAll } from '../http/cors.ts'
import { networkOf } from '../network.ts'
import type { Exchange, Outcome, Step } from './engine/exchange.ts'
import { acceptJson, dropAuthorization, moveTo, putForm } from './engine/raw-request.ts'
import { sendOAuthError } from './oauth-error.ts'
import { hasBody } from './read-form.ts'

export async function letAllRead({ reply }: Exchange): Promise<void> {
  void reply.headers({ ...readableByAll, 'x-content-type-options': 'nosniff' })
}

export async function answerInJson({ request }: Exchange): Promise<void> {
  acceptJson(request.raw)
}

export function countClientRequest({ rateLimits }: { rateLimits: RateLimits }): Step {
  return async ({ request, reply }) => {
    const standing = rateLimits.count([{ limit: 'tokenEndpointRequests', subject: networkOf(request.ip) }])
    void reply.headers(rateLimits.fieldsOf(standing))
    if (!standing.isRefused) return
    const { message, retryAfterSeconds } = rateLimits.refusalOf(standing)
    void reply.header('retry-after', retryAfterSeconds)
    void sendOAuthError(request, reply, { status: 429, error: 'too_many_requests', description: message })
    return 'answered'
  }
}

export async function keepFromCaches({ reply }: Exchange): Promise<void> {
  void reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' })
}

export const formWords =
  'Send the parameters in the body, with Content-Type: application/x-www-form-urlencoded.'

/** A request without a body goes on, and lacks its parameters. */
export async function refuseOtherBodies({ request, reply }: Exchange): Promise<Outcome> {
  const type = request.headers['content-type'] ?? ''
  if (!hasBody(request.raw) || /^application\/x-www-form-urlencoded *(;|$)/i.test(type)) return
  void sendOAuthError(request, reply, { status: 400, error: 'invalid_request', description: formWords })
  return 'answered'
}

export async function refuseUnfitProofKey({ request, reply }: Exchange): Promise<Outcome> {
  const fault = findProofKeyFault(String(request.headers.dpop ?? ''))
  if (fault === undefined) return
  void sendOAuthError(request, reply, { status: 400, error: 'invalid_dpop_proof', description: fault })
  return 'answered'
}

export function takeAddress(path: string): Step {
  return async ({ request }) => moveTo(request.raw, path)
}

export function presentsToken({ headers }: FastifyRequest): boolean {
  return /^(bearer|dpop)( |$)/i.test(headers.authorization ?? '')
}

export async function dropAccessToken({ request }: Exchange): Promise<void> {
  if (presentsToken(request)) dropAuthorization(request.raw)
}

export async function giveForm({ request, form }: Exchange): Promise<void> {
  if (form !== undefined) putForm(request.raw, form)
}
