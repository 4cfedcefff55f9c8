import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import type { Random } from '../../secrets.ts'

/** Keeps a secret that the server has to read again: encrypted with AES-256-GCM under a key of the server. */
export interface SecretSeal {
  /** `binding` is authenticated: what was sealed for one account cannot be opened as another's. */
  seal(secret: Uint8Array, binding: string): string
  /** Undefined when the text is damaged, or was sealed under another key or binding. */
  open(sealed: string, binding: string): Uint8Array<ArrayBuffer> | undefined
}

const nonceBytes = 12
const tagBytes = 16

export function createSecretSeal(key: string, random: Random): SecretSeal {
  const secretKey = Buffer.from(hkdfSync('sha256', key, '', 'onpatient authenticator app', 32))
  return {
    seal(secret, binding) {
      const nonce = random.bytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', secretKey, nonce).setAAD(Buffer.from(binding))
      const sealed = Buffer.concat([cipher.update(secret), cipher.final()])
      return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url')
    },
    open(sealed, binding) {
      const bytes = Buffer.from(sealed, 'base64url')
      if (bytes.length < nonceBytes + tagBytes) return undefined
      const decipher = createDecipheriv('aes-256-gcm', secretKey, bytes.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      })
        .setAAD(Buffer.from(binding))
        .setAuthTag(bytes.subarray(-tagBytes))
      const secret = decipher.update(bytes.subarray(nonceBytes, -tagBytes))
      try {
        return Uint8Array.from(Buffer.concat([secret, decipher.final()]))
      } catch {
        // final() throws when the tag does not fit.
        return undefined
      }
    },
  }
}
