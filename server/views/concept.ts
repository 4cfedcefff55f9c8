import { type Fields, fieldsIn, fieldsOf, textOf } from './fields.ts'

/** A CodeableConcept, as far as pages use it. */
export interface Concept {
  text: string | undefined
  codings: readonly Coding[]
}

export interface Coding {
  system: string | undefined
  code: string | undefined
  display: string | undefined
}

export function conceptOf(value: unknown): Concept {
  const fields = fieldsOf(value)
  return { text: textOf(fields.text), codings: fieldsIn(fields.coding).map(codingOf) }
}

export function codingOf(fields: Fields): Coding {
  return { system: textOf(fields.system), code: textOf(fields.code), display: textOf(fields.display) }
}

/** The codes, of whatever system. */
export function codesOf({ codings }: Concept): string[] {
  return codings.flatMap(({ code }) => code ?? [])
}

/**
 * The words of the record itself: its text, else what a coding is called. A bare code is no word and never comes out. A text that
 * only repeats a code, or says "unknown", counts as none.
 */
export function clinicalNameOf({ text, codings }: Concept): string | undefined {
  const codes = new Set(codings.flatMap(({ code }) => code?.toLowerCase() ?? []))
  const isWord = (name: string | undefined) =>
    name !== undefined && !codes.has(name.toLowerCase()) && !/^(unknown|n\/a|null|undefined)$/i.test(name)
  return [text, ...codings.map(({ display }) => display)].find(isWord)
}
