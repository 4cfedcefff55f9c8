import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync } from 'node:crypto'
import type { Random } from '../secrets.ts'

/** Turns a place in a list into a text that means nothing to its reader, and back. */
export interface Cursors {
  seal(place: unknown, binding: string): string
  /** Undefined when the text is damaged, of another server, or was made for another binding. */
  open(text: string, binding: string): unknown
}

const nonceBytes = 12
const tagBytes = 16
/** Asking for random bytes costs more than the bytes. */
const noncesAtOnce = 200

/**
 * Cursors name a patient, and addresses are logged: so they are sealed (AES-256-GCM), not only signed. `binding` is
 * authenticated with them: a cursor of one list cannot be taken to another.
 */
export function createCursors(key: string, random: Random): Cursors {
  const secret = createSecretKey(Buffer.from(hkdfSync('sha256', key, '', 'onpatient list cursor', 32)))
  const nextNonce = nonces(random)
  return {
    seal(place, binding) {
      const nonce = nextNonce()
      const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(Buffer.from(binding))
      const sealed = cipher.update(JSON.stringify(place), 'utf8')
      // Nothing is left for it to give in this mode, but it makes the tag.
      cipher.final()
      return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url')
    },
    open(text, binding) {
      const bytes = Buffer.from(text, 'base64url')
      // Characters that are not base64url would be skipped in silence: many texts would be the same cursor.
      if (bytes.length <= nonceBytes + tagBytes || bytes.toString('base64url') !== text) return undefined
      const decipher = createDecipheriv('aes-256-gcm', secret, bytes.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      })
        .setAAD(Buffer.from(binding))
        .setAuthTag(bytes.subarray(-tagBytes))
      try {
        const place = Buffer.concat([
          decipher.update(bytes.subarray(nonceBytes, -tagBytes)),
          decipher.final(),
        ])
        return JSON.parse(place.toString('utf8'))
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
