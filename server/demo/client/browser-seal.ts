import { createSeals } from '../../seal.ts'
import type { Random } from '../../secrets.ts'

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

/** The key lives as long as the process. */
export function createBrowserSeal(random: Random): BrowserSeal {
  const seals = createSeals(random.bytes(32).toString('base64url'), 'onpatient demo client', random)
  return {
    newBrowserId: () => random.bytes(16).toString('base64url'),
    issueState: (browserId) => seals.seal(random.bytes(12), `state ${browserId}`),
    isStateOf: (browserId, state) => seals.open(state, `state ${browserId}`) !== undefined,
    seal: (browserId, text) => seals.seal(Buffer.from(text), `form ${browserId}`),
    open: (browserId, sealed) => seals.open(sealed, `form ${browserId}`)?.toString('utf8'),
  }
}
