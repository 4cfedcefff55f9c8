import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { Counted, RateLimits } from '#server/rate-limits/rate-limits.ts'

export type EngineLimits = Pick<RateLimits, 'count' | 'fieldsOf' | 'refusalOf'>

/** Counts a request before the engine does its work. Throws an error that the engine answers as 429 in the form of RFC 6749 §5.2. */
export function limitEngine(
  rateLimits: EngineLimits,
  { res }: Pick<KoaContextWithOIDC, 'res'>,
  counted: readonly Counted[],
): void {
  const standing = rateLimits.count(counted)
  if (!standing.isRefused) return
  const { message, retryAfterSeconds = 1 } = rateLimits.refusalOf(standing)
  for (const [name, value] of Object.entries(rateLimits.fieldsOf(standing))) res.setHeader(name, value)
  res.setHeader('retry-after', String(retryAfterSeconds))
  const refusal = new errors.CustomOIDCProviderError('too_many_requests', message)
  throw Object.assign(refusal, { status: 429, statusCode: 429 })
}
