/** SMART App Launch 2.2, client authentication: asymmetric. Public keys of an application (RFC 7517). */
import type { JsonWebKey } from 'node:crypto'
import { findKeyWeakness } from '#server/keys/keys.ts'
import { OnpatientError } from '../errors.ts'

/** A public key that verifies the assertions of an application. */
export type PublicKey = JsonWebKey & { kid: string; kty: 'RSA' | 'EC' }

export interface KeySet {
  keys: PublicKey[]
}

/** The algorithms that SMART names. */
export const assertionAlgorithms = ['RS384', 'ES384'] as const

/** For a set that is fetched. A set that a developer gives has a limit of its own. */
const mostKeys = 20

/** Checks a key set as a developer gave it. Throws `invalid-parameter` saying which key is wrong, and why. */
export function checkKeySet(given: unknown, most = mostKeys): KeySet {
  const keys = listKeys(given)
  if (keys === undefined) throw invalid('It must be a JSON object with a list "keys" (a JWK Set, RFC 7517).')
  if (keys.length === 0 || keys.length > most)
    throw invalid(`It must have 1 to ${most} keys in its list "keys".`)
  const usable = keys.map((key, index) => {
    const fault = faultOf(key)
    if (fault !== undefined) throw invalid(`keys[${index}] ${fault}`)
    return withoutExtras(key as PublicKey)
  })
  if (new Set(usable.map(({ kid }) => kid)).size < usable.length)
    throw invalid('Each key must have a "kid" of its own.')
  return { keys: usable }
}

export interface SortedKeys {
  keys: PublicKey[]
  /** Why a key cannot be used, by its key id. */
  faults: Map<string, string>
}

/**
 * The keys of a set that can verify an assertion. Other keys (for encryption, of other kinds) are ignored. Undefined when it is not a set.
 * For fetched and for stored sets. A stored key was checked by the rules of its time, and may be too weak by today's.
 */
export function sortKeys(given: unknown): SortedKeys | undefined {
  const all = listKeys(given)?.slice(0, mostKeys)
  if (all === undefined) return undefined
  const sorted: SortedKeys = { keys: [], faults: new Map() }
  for (const key of all) {
    const fault = faultOf(key)
    if (fault === undefined) sorted.keys.push(withoutExtras(key as PublicKey))
    else sorted.faults.set(String((key as { kid?: unknown } | null)?.kid), fault)
  }
  return sorted
}

/** Whether a key is of the kind that an algorithm needs. */
export function fitsAlgorithm(key: PublicKey, algorithm: string): boolean {
  if (key.alg !== undefined && key.alg !== algorithm) return false
  return key.kty === (algorithm === 'RS384' ? 'RSA' : 'EC')
}

function listKeys(given: unknown): unknown[] | undefined {
  const keys = (given as { keys?: unknown } | null | undefined)?.keys
  return Array.isArray(keys) ? keys : undefined
}

function faultOf(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null) return 'is not a JSON object.'
  const key = given as Record<string, unknown>
  const weakness = findKeyWeakness(key)
  // A private key comes first: it was given away and has to be replaced, whatever else is wrong.
  if (weakness?.includes('private or symmetric')) return weakness
  if (typeof key.kid !== 'string' || key.kid === '' || key.kid.length > 200)
    return 'has no "kid". The header of each assertion names the key by it.'
  if (key.use !== undefined && key.use !== 'sig') return 'has a "use" other than "sig".'
  if (Array.isArray(key.key_ops) && !key.key_ops.includes('verify')) return 'has "key_ops" without "verify".'
  if (key.alg !== undefined && key.alg !== algorithmOf(key))
    return `has the "alg" ${JSON.stringify(key.alg)}. Use RS384 with an RSA key or ES384 with an EC key on P-384.`
  if (algorithmOf(key) === undefined) return 'is neither an RSA key nor an EC key on the curve P-384.'
  return weakness
}

function algorithmOf(key: Record<string, unknown>): string | undefined {
  if (key.kty === 'RSA') return 'RS384'
  return key.kty === 'EC' && key.crv === 'P-384' ? 'ES384' : undefined
}

/** Certificates and unknown members are of no use here and stay out of the database. */
function withoutExtras({ kty, kid, alg, n, e, crv, x, y }: PublicKey): PublicKey {
  const named = { kty, kid, use: 'sig', alg, n, e, crv, x, y }
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)) as PublicKey
}

function invalid(message: string): OnpatientError {
  return new OnpatientError('invalid-parameter', `The key set cannot be used: ${message}`, { field: 'jwks' })
}
