import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, decodeProtectedHeader, EmbeddedJWK, type JWTPayload, jwtVerify } from 'jose'
import type { Grants, OpenedGrant } from '#server/grants/grants.ts'
import { findKeyWeakness } from '#server/keys/keys.ts'
import type { Counted, RateLimits, Standing } from '#server/rate-limits/rate-limits.ts'
import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import { claimWork } from '../request-work.ts'
import type { UsedOnce } from '../store/used-once.ts'

/** An access token as a request presents it. */
export interface PresentedToken {
  token: string
  scheme: 'Bearer' | 'DPoP'
  /** The header `DPoP`, and the request that it must have been made for. */
  proof: { text: string; method: string; url: string } | undefined
  /** Takes the standing of the request among the limits of its token. */
  tellStanding?: ((standing: Standing) => void) | undefined
}

/** Opens a token that is presented in the right way. */
export interface AccessTokens {
  /** Throws `token-missing`, `token-unknown`, `token-expired`, `token-revoked`, `token-binding`, `too-many-requests`. */
  open(presented: PresentedToken | undefined): Promise<OpenedGrant>
  /** Counts further requests inside one request, e.g. the entries of a Bundle. Throws `too-many-requests`. */
  countMore(presented: PresentedToken | undefined, requests: number): Promise<void>
}

interface AccessTokensDeps {
  grants: Pick<Grants, 'open'>
  clock: Clock
  usedOnce: Pick<UsedOnce, 'use'>
  rateLimits: Pick<RateLimits, 'assert'>
}

/** The most that the clock of an application may be wrong, and the time for which a proof is valid (RFC 9449 §11.1). */
const proofSeconds = 300

/** The algorithms of proofs, here and at the token endpoint. */
export const proofAlgorithms = ['ES256', 'ES384', 'EdDSA', 'Ed25519', 'RS256', 'PS256', 'RS384'] as const

export function createAccessTokens({ grants, clock, usedOnce, rateLimits }: AccessTokensDeps): AccessTokens {
  // One request may open its token for reading and for writing: its proof is used up once, and it is counted once.
  const proven = new WeakSet<PresentedToken>()
  const counted = new WeakSet<PresentedToken>()

  function count(presented: PresentedToken, opened: OpenedGrant): void {
    if (counted.has(presented)) return
    counted.add(presented)
    rateLimits.assert(limitsOf(opened), presented.tellStanding)
  }

  return {
    async open(presented) {
      if (presented === undefined)
        throw new OnpatientError(
          'token-missing',
          'The access token is missing. Send the header "Authorization: Bearer ACCESS_TOKEN".',
        )
      const opened = await grants.open(presented.token)
      claimWork(opened.grantId)
      if (opened.keyThumbprint === undefined) {
        assertPlain(presented)
        count(presented, opened)
        return opened
      }
      if (!proven.has(presented)) await assertProof(presented, opened.keyThumbprint)
      proven.add(presented)
      count(presented, opened)
      return opened
    },
    async countMore(presented, requests) {
      if (presented === undefined || requests <= 0) return
      const opened = await grants.open(presented.token)
      rateLimits.assert(limitsOf(opened), presented.tellStanding, requests)
    },
  }

  /**
   * RFC 9449 §4.3 and §7.1. A stolen token alone is worth nothing, because the key that the token is bound to must sign each
   * request.
   */
  async function assertProof({ token, scheme, proof }: PresentedToken, thumbprint: string): Promise<void> {
    if (scheme !== 'DPoP' || proof === undefined)
      throw refused(
        'This access token is bound to a key. Send it as "Authorization: DPoP ACCESS_TOKEN" with a proof in the header DPoP.',
      )
    const { payload, jwkThumbprint } = await verify(proof.text)
    if (jwkThumbprint !== thumbprint)
      throw refused('The DPoP proof is signed by another key than the one that the token was issued to.')
    assertClaims(payload, { ...proof, token, now: clock.now().getTime() / 1000 })
    if (!(await usedOnce.use(`dpop ${jwkThumbprint} ${payload.jti}`, 2 * proofSeconds)))
      throw refused('This DPoP proof was used before. Make a new one, with a new jti, for each request.')
  }
}

/** From the narrowest limit, whose standing is reported, to the widest. A backend service acts for no account. */
function limitsOf({
  grantId,
  accountId,
  applicationId,
  isApproval,
  keepingPracticeIds,
}: OpenedGrant): Counted[] {
  return [
    { limit: 'tokenRequests', subject: grantId },
    ...(isApproval ? [] : [{ limit: 'accountRequests', subject: accountId } as const]),
    { limit: 'applicationRequests', subject: applicationId },
    ...keepingPracticeIds.map((subject) => ({ limit: 'practiceRequests', subject }) as const),
  ]
}

/** A proof does not make a token without a key any safer. To accept it would hide a mistake of the application. */
function assertPlain({ scheme }: PresentedToken): void {
  if (scheme === 'DPoP')
    throw refused('This access token is not bound to a key. Send it as "Authorization: Bearer ACCESS_TOKEN".')
}

/**
 * Says what is wrong with the key of a DPoP proof, or undefined. A weak key proves nothing, because everybody could sign with it.
 */
export function findProofKeyFault(proof: string): string | undefined {
  const key = readProofKey(proof)
  const weakness = key && findKeyWeakness({ ...key })
  return weakness && `The key in the header "jwk" of the DPoP proof ${weakness}`
}

/** Undefined when the text is no proof at all, which the verification reports. */
function readProofKey(proof: string): object | undefined {
  try {
    return decodeProtectedHeader(proof).jwk
  } catch {
    return undefined
  }
}

async function verify(text: string): Promise<{ payload: JWTPayload; jwkThumbprint: string }> {
  const fault = findProofKeyFault(text)
  if (fault !== undefined) throw refused(fault)
  try {
    const { payload, protectedHeader } = await jwtVerify(text, EmbeddedJWK, {
      algorithms: [...proofAlgorithms],
      typ: 'dpop+jwt',
    })
    return { payload, jwkThumbprint: await calculateJwkThumbprint(protectedHeader.jwk ?? {}) }
  } catch (cause) {
    throw new OnpatientError(
      'token-binding',
      'The DPoP proof cannot be verified. It is a JWT with typ "dpop+jwt", the public key in its header "jwk", and a signature by that key.',
      { cause },
    )
  }
}

function assertClaims(
  payload: JWTPayload,
  { token, method, url, now }: { token: string; method: string; url: string; now: number },
): void {
  if (payload.htm !== method) throw refused(`The claim htm of the DPoP proof must be ${method}.`)
  if (withoutQuery(payload.htu) !== withoutQuery(url))
    throw refused(
      `The claim htu of the DPoP proof must be ${withoutQuery(url)}, the address of this request.`,
    )
  if (payload.ath !== createHash('sha256').update(token).digest('base64url'))
    throw refused('The claim ath of the DPoP proof must be the SHA-256 of the access token in base64url.')
  if (typeof payload.jti !== 'string' || payload.jti === '' || payload.jti.length > 200)
    throw refused('The claim jti of the DPoP proof must be a text of 1 to 200 characters.')
  if (typeof payload.iat !== 'number' || Math.abs(payload.iat - now) > proofSeconds)
    throw refused(
      'The claim iat of the DPoP proof is not the present time. Make a new proof for each request.',
    )
}

function withoutQuery(address: unknown): string | undefined {
  if (typeof address !== 'string' || !URL.canParse(address)) return undefined
  const url = new URL(address)
  return `${url.origin}${url.pathname}`
}

function refused(message: string): OnpatientError {
  return new OnpatientError('token-binding', message)
}
