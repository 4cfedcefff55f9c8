import { createPublicKey, type JsonWebKey } from 'node:crypto'

/** Members of private and symmetric keys (RFC 7518 §6). */
const privateParts = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']

const shortestRsaBits = 2048
/** Longer ones only make the server work. */
const longestRsaBits = 8192

/**
 * Why a key that somebody gave as public proves nothing, or may not be shown around; undefined for a sound one. NIST SP 800-56B
 * §6.2: an RSA exponent is odd and greater than 1; with 1, or an even one, everybody can sign.
 */
export function findKeyWeakness(key: Readonly<Record<string, unknown>>): string | undefined {
  if (key.kty === 'oct' || privateParts.some((part) => part in key))
    return 'contains a private or symmetric key. Never send it to anybody; give the public part, and make a new pair now.'
  if (typeof key.alg === 'string' && /^(none|HS\d+)$/i.test(key.alg))
    return `has the "alg" ${JSON.stringify(key.alg)}, by which everybody who sees it can sign.`
  try {
    const { asymmetricKeyDetails = {} } = createPublicKey({ key: key as JsonWebKey, format: 'jwk' })
    const { modulusLength: bits, publicExponent } = asymmetricKeyDetails
    if (bits === undefined) return undefined
    if (bits < shortestRsaBits) return `has ${bits} bits. RSA keys need at least ${shortestRsaBits}.`
    if (bits > longestRsaBits) return `has ${bits} bits. RSA keys may have at most ${longestRsaBits}.`
    if (publicExponent !== undefined && (publicExponent < 3n || publicExponent % 2n === 0n))
      return `has the exponent "e" ${publicExponent}. It must be odd and greater than 1; 65537 ("AQAB") is usual.`
    return undefined
  } catch {
    return 'is not a well-formed public key.'
  }
}
