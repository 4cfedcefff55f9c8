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
  return [text, ...codings.map(({ display }) => display)].map(withoutTag).find(isWord)
}

/** SNOMED CT ends its full names with what kind of concept it is: "Asthma (disorder)". */
const semanticTag =
  /\s*\((?:disorder|finding|situation|procedure|regime\/therapy|event|observable entity|qualifier value|morphologic abnormality|context-dependent category|substance|product|medicinal product|clinical drug|organism|physical object|person|occupation|record artifact|body structure|environment|specimen)\)$/i

function withoutTag(name: string | undefined): string | undefined {
  return name?.replace(semanticTag, '') || name
}
