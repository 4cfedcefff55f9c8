import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import { type Random, sameHash } from '../../secrets.ts'

/** Ties values to one browser, which carries an id in a cookie, so that the client itself keeps nothing. */
export interface BrowserSeal {
  newBrowserId(): string
  /** A `state` for the authorization request (RFC 6749 §10.12). */
  issueState(browserId: string): string
  isStateOf(browserId: string, state: string): boolean
  /** Encrypts a text for a hidden field of a form. */
  seal(browserId: string, text: string): string
  /** Undefined when it was sealed for another browser, before the last start, or not at all. */
  open(browserId: string, sealed: string): string | undefined
}

const ivLength = 12
const tagLength = 16

/** The keys live as long as the process. */
export function createBrowserSeal(random: Random): BrowserSeal {
  const stateKey = random.bytes(32)
  const sealKey = random.bytes(32)

  function sign(browserId: string, nonce: string): string {
    return createHmac('sha256', stateKey).update(`${browserId}.${nonce}`).digest('base64url')
  }

  return {
    newBrowserId: () => random.bytes(16).toString('base64url'),
    issueState(browserId) {
      const nonce = random.bytes(12).toString('base64url')
      return `${nonce}.${sign(browserId, nonce)}`
    },
    isStateOf(browserId, state) {
      const [nonce = '', signature = ''] = state.split('.')
      return sameHash(signature, sign(browserId, nonce))
    },
    seal(browserId, text) {
      const iv = random.bytes(ivLength)
      const cipher = createCipheriv('aes-256-gcm', sealKey, iv).setAAD(Buffer.from(browserId))
      const content = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), content]).toString('base64url')
    },
    open(browserId, sealed) {
      const bytes = Buffer.from(sealed, 'base64url')
      if (bytes.length < ivLength + tagLength) return undefined
      try {
        const decipher = createDecipheriv('aes-256-gcm', sealKey, bytes.subarray(0, ivLength), {
          authTagLength: tagLength,
        })
        decipher.setAAD(Buffer.from(browserId))
        decipher.setAuthTag(bytes.subarray(ivLength, ivLength + tagLength))
        const content = bytes.subarray(ivLength + tagLength)
        return Buffer.concat([decipher.update(content), decipher.final()]).toString('utf8')
      } catch {
        // final() throws when the tag does not fit: the seal was not made here for this browser.
        return undefined
      }
    },
  }
}
