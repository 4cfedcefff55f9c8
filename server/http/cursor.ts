import { createSeals } from '../seal.ts'
import type { Random } from '../secrets.ts'

/** Turns a place in a list into an opaque text, and back. */
export interface Cursors {
  seal(place: unknown, binding: string): string
  /** Undefined when the text is damaged, or was made by another server or for another binding. */
  open(text: string, binding: string): unknown
}

/**
 * A cursor names a patient and stands in an address, and addresses are logged. Therefore it is encrypted and not only signed. It works for the
 * one list that its `binding` names.
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
