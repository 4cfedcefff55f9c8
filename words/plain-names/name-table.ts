import type { Language } from '../languages.ts'

/** The word that people say for a code, in each language. */
export type PlainName = readonly [
  code: string,
  names: Record<Language, string>,
  about?: Record<Language, string>,
]

/** Names of the codes of one system: https://hl7.org/fhir/R4/terminologies-systems.html */
export interface PlainNames {
  system: string
  names: readonly PlainName[]
}
