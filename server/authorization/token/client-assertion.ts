/** SMART App Launch 2.2, client authentication: asymmetric (private_key_jwt, RFC 7523). */
import { errors } from 'oidc-provider'
import {
  type Application,
  fitsAlgorithm,
  type KeySets,
  type PublicKey,
} from '#server/applications/applications.ts'
import type { AssertionKeys } from '../engine/oidc-internals.ts'

/** An assertion may expire so far ahead, and clocks may differ so much. */
const longestSeconds = 300
export const clockSkewSeconds = 15

/**
 * The keys that may verify one assertion. The engine looks, finds none, and asks for a refresh. Only then the keys are fetched, because
 * only then their id is known.
 */
export function assertionKeysOf(application: Application | undefined, keySets: KeySets): AssertionKeys {
  let keys: PublicKey[] = []
  let wanted: string | undefined
  let hasLooked = false
  return {
    selectForVerify({ alg, kid }) {
      wanted = kid
      return keys.filter((key) => fitsAlgorithm(key, alg))
    },
    fresh: () => hasLooked,
    async refresh() {
      hasLooked = true
      if (application && typeof wanted === 'string') keys = await keySets.find(application, wanted)
    },
    getKeyObject: (key) => key,
  }
}

/** Checks what SMART asks beyond RFC 7523. The engine has checked the signature, iss, sub, aud and the expiry by then. */
export function assertAssertion(
  { exp, jti }: Record<string, unknown>,
  { kid, typ, jku }: Record<string, unknown>,
  registered: { jwksUri: string | undefined },
): void {
  if (typeof kid !== 'string' || kid === '')
    throw refused('The header of the assertion must name its key by "kid", the same as in your key set.')
  if (typ !== undefined && String(typ).toUpperCase() !== 'JWT')
    throw refused('The header "typ" of the assertion must be "JWT".')
  // SMART: only the registered address counts as jku. Another address could be an attacker's.
  if (jku !== undefined && jku !== registered.jwksUri)
    throw refused('The header "jku" of the assertion must be the registered jwks_uri. Leave it out.')
  if (typeof jti !== 'string' || jti.length > 200)
    throw refused(
      'The claim "jti" of the assertion must be a text of 1 to 200 characters, new for each request.',
    )
  if (typeof exp !== 'number' || exp > Date.now() / 1000 + longestSeconds + clockSkewSeconds)
    throw refused('The assertion expires too late. Its claim "exp" may be at most 5 minutes ahead.')
}

function refused(words: string): Error {
  return Object.assign(new errors.InvalidClientAuth(words), { error_description: words })
}
