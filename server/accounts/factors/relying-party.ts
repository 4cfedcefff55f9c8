import { OnpatientError } from '../../errors.ts'
import { type AssertionResponse, passkeyRefused, type RegistrationResponse } from './passkey-response.ts'

/** A passkey as its public key. */
export interface StoredCredential {
  id: string
  publicKey: Uint8Array<ArrayBuffer>
  signCount: number
}

/** The library is loaded when the first passkey is used, because its parsers of certificates would double the time to start. */
const loadWebauthn = () => import('@simplewebauthn/server')

/** EdDSA, ES256 and RS256. Every authenticator has one of them. */
const algorithms = [-8, -7, -257]

/** The browser waits for the person so long. The challenge lives longer. */
const timeoutMs = 3 * 60 * 1000

/**
 * This server as the relying party of WebAuthn: it makes the options for browsers and checks their answers. A browser finds every passkey
 * without a name, and the passkey verifies the person by finger, face or PIN. So a passkey is two factors by itself.
 */
export function createRelyingParty(portalUrl: string) {
  const { origin, hostname: rpID } = new URL(portalUrl)
  return {
    async registrationOptions(
      account: { id: string; email: string; displayName: string },
      challenge: string,
      exclude: Array<{ id: string; transports: string[] }>,
    ) {
      const { generateRegistrationOptions } = await loadWebauthn()
      return generateRegistrationOptions({
        rpName: 'onpatient',
        rpID,
        userName: account.email,
        userDisplayName: account.displayName,
        userID: Uint8Array.from(Buffer.from(account.id)),
        challenge: Uint8Array.from(Buffer.from(challenge, 'base64url')),
        timeout: timeoutMs,
        attestationType: 'none',
        excludeCredentials: exclude,
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        supportedAlgorithmIDs: algorithms,
      })
    },
    async assertionOptions(challenge: string, allow?: Array<{ id: string; transports: string[] }>) {
      const { generateAuthenticationOptions } = await loadWebauthn()
      return generateAuthenticationOptions({
        rpID,
        challenge: Uint8Array.from(Buffer.from(challenge, 'base64url')),
        timeout: timeoutMs,
        userVerification: 'required',
        ...(allow ? { allowCredentials: allow } : {}),
      })
    },
    /** The new credential. Throws `passkey-refused`. */
    async verifyRegistration(
      response: RegistrationResponse,
      challenge: string,
    ): Promise<StoredCredential & { transports: string[] }> {
      const { verifyRegistrationResponse } = await loadWebauthn()
      const { verified, registrationInfo } = await refusing(
        verifyRegistrationResponse({
          response: response as Parameters<typeof verifyRegistrationResponse>[0]['response'],
          expectedChallenge: challenge,
          expectedOrigin: origin,
          expectedRPID: rpID,
          requireUserVerification: true,
          supportedAlgorithmIDs: algorithms,
        }),
      )
      if (!verified) throw passkeyRefused()
      const { id, publicKey, counter } = registrationInfo.credential
      return { id, publicKey, signCount: counter, transports: response.response.transports ?? [] }
    },
    /** The new sign count. Throws `passkey-refused`. */
    async verifyAssertion(
      response: AssertionResponse,
      challenge: string,
      { id, publicKey, signCount }: StoredCredential,
    ): Promise<number> {
      const { verifyAuthenticationResponse } = await loadWebauthn()
      const { verified, authenticationInfo } = await refusing(
        verifyAuthenticationResponse({
          response: response as Parameters<typeof verifyAuthenticationResponse>[0]['response'],
          expectedChallenge: challenge,
          expectedOrigin: origin,
          expectedRPID: rpID,
          requireUserVerification: true,
          credential: { id, publicKey, counter: signCount },
        }),
      )
      if (!verified) throw passkeyRefused()
      return authenticationInfo.newCounter
    },
  }
}

export type RelyingParty = ReturnType<typeof createRelyingParty>

/** The library throws plain errors for answers that are wrong or malformed. */
async function refusing<Result>(verification: Promise<Result>): Promise<Result> {
  try {
    return await verification
  } catch (error) {
    throw error instanceof OnpatientError ? error : passkeyRefused(undefined, error)
  }
}
