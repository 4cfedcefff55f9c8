import { createSeals } from '../seal.ts'
import type { Random } from '../secrets.ts'

/** Turns a place in a list into a text that means nothing to its reader, and back. */
export interface Cursors {
  seal(place: unknown, binding: string): string
  /** Undefined when the text is damaged, of another server, or was made for another binding. */
  open(text: string, binding: string): unknown
}

/**
 * Cursors name a patient, and addresses are logged: so they are sealed, not only signed. A cursor of one list (its
 * `binding`) cannot be taken to another.
 */
export function createCursors(key: string, random: Random): Cursors {
  const seals = createSeals(key, 'onpatient list cursor', random)
  return {
    seal: (place, binding) => seals.seal(Buffer.from(JSON.stringify(place)), binding),
    open(text, binding) {
      const bytes = seals.open(text, binding)
      return bytes && JSON.parse(bytes.toString('utf8'))
    },
  }
}
