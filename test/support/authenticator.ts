/** An authenticator in software: what a phone or security key answers (WebAuthn Level 3 §6), right or wrong as asked. */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

interface Trick {
  origin?: string
  rpId?: string
  challenge?: string
  /** Of the client data, `webauthn.get` for an assertion. */
  type?: string
  signCount?: number
  /** Whether finger, face or PIN was checked. */
  isVerified?: boolean
  userHandle?: string
  crossOrigin?: boolean
}

interface Options {
  challenge: string
  rpId?: string | undefined
  rp?: { id?: string | undefined }
  user?: { id: string }
}

const flag = { userPresent: 0x01, userVerified: 0x04, attestedCredential: 0x40 }

export function createAuthenticator(origin: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const credentialId = randomBytes(32)
  const id = credentialId.toString('base64url')
  let signCount = 0
  let userHandle: string | undefined

  const clientDataOf = (type: string, options: Options, trick: Trick) =>
    Buffer.from(
      JSON.stringify({
        type: trick.type ?? type,
        challenge: trick.challenge ?? options.challenge,
        origin: trick.origin ?? origin,
        crossOrigin: trick.crossOrigin ?? false,
      }),
    )

  /** §6.1: hash of the relying party, flags, sign count. */
  function authDataOf(rpId: string, flags: number, trick: Trick): Buffer {
    const verified = trick.isVerified === false ? 0 : flag.userVerified
    const head = Buffer.alloc(5)
    head.writeUInt8(flags | flag.userPresent | verified)
    head.writeUInt32BE(trick.signCount ?? signCount, 1)
    return Buffer.concat([createHash('sha256').update(rpId).digest(), head])
  }

  return {
    id,
    create(options: Options, trick: Trick = {}) {
      userHandle = options.user?.id
      const authData = Buffer.concat([
        authDataOf(trick.rpId ?? options.rp?.id ?? '', flag.attestedCredential, trick),
        Buffer.alloc(16),
        Buffer.from([0, credentialId.length]),
        credentialId,
        coseKey(publicKey.export({ format: 'jwk' })),
      ])
      return {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: clientDataOf('webauthn.create', options, trick).toString('base64url'),
          attestationObject: attestationObject(authData).toString('base64url'),
          transports: ['internal'],
        },
      }
    },
    get(options: Options, trick: Trick = {}) {
      signCount += 1
      const clientData = clientDataOf('webauthn.get', options, trick)
      const authData = authDataOf(trick.rpId ?? options.rpId ?? '', 0, trick)
      const signed = Buffer.concat([authData, createHash('sha256').update(clientData).digest()])
      return {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: clientData.toString('base64url'),
          authenticatorData: authData.toString('base64url'),
          signature: sign('sha256', signed, privateKey).toString('base64url'),
          userHandle: trick.userHandle ?? userHandle,
        },
      }
    },
  }
}

/** CBOR of an ES256 key (RFC 9053 §7.1.1): kty 2, alg -7, crv 1, x, y. */
function coseKey({ x = '', y = '' }: { x?: string; y?: string }): Buffer {
  const bytes = (text: string) => Buffer.concat([Buffer.from([0x58, 32]), Buffer.from(text, 'base64url')])
  return Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
    bytes(x),
    Buffer.from([0x22]),
    bytes(y),
  ])
}

/** CBOR of `{ fmt: "none", attStmt: {}, authData }`. */
function attestationObject(authData: Buffer): Buffer {
  const text = (value: string) => Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)])
  return Buffer.concat([
    Buffer.from([0xa3]),
    text('fmt'),
    text('none'),
    text('attStmt'),
    Buffer.from([0xa0]),
    text('authData'),
    Buffer.from([0x59, authData.length >> 8, authData.length & 0xff]),
    authData,
  ])
}
