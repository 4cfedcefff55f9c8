import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync } from 'node:crypto'
import type { Random } from './secrets.ts'

/** Closes bytes for a reader that is to hand them back but not to see or change them. */
export interface Seals {
  /** In base64url. `binding` is authenticated with it: what was sealed for one purpose is worth nothing for another. */
  seal(bytes: Buffer, binding: string): string
  /** Undefined when the text is damaged, of another server, or was made for another binding. */
  open(text: string, binding: string): Buffer | undefined
}

const nonceBytes = 12
const tagBytes = 16
/** Asking for random bytes costs more than the bytes. */
const noncesAtOnce = 200

/** AES-256-GCM; `purpose` makes a key of its own from the key (RFC 5869). */
export function createSeals(key: string, purpose: string, random: Random): Seals {
  const secret = createSecretKey(Buffer.from(hkdfSync('sha256', key, '', purpose, 32)))
  const nextNonce = nonces(random)
  return {
    seal(bytes, binding) {
      const nonce = nextNonce()
      const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(Buffer.from(binding))
      const sealed = cipher.update(bytes)
      // Nothing is left for it to give in this mode, but it makes the tag.
      cipher.final()
      return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url')
    },
    open(text, binding) {
      const bytes = Buffer.from(text, 'base64url')
      // Characters that are not base64url would be skipped in silence: many texts would be the same.
      if (bytes.length <= nonceBytes + tagBytes || bytes.toString('base64url') !== text) return undefined
      const decipher = createDecipheriv('aes-256-gcm', secret, bytes.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      })
        .setAAD(Buffer.from(binding))
        .setAuthTag(bytes.subarray(-tagBytes))
      try {
        return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()])
      } catch {
        return undefined
      }
    },
  }
}

/** Each gives bytes that none before it gave. */
function nonces(random: Random): () => Buffer {
  let bytes: Buffer = Buffer.alloc(0)
  let used = 0
  return () => {
    if (used === bytes.length) {
      bytes = random.bytes(nonceBytes * noncesAtOnce)
      used = 0
    }
    const nonce = bytes.subarray(used, used + nonceBytes)
    used += nonceBytes
    return nonce
  }
}
