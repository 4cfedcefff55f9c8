import type { Language } from '#words/languages.ts'
import { findPlainName } from '#words/plain-names/plain-names.ts'
import { type Concept, clinicalNameOf } from './concept.ts'

/** What a thing is called on a page: the word that people say, and the clinical one when it is another. */
export interface Name {
  name: string
  clinical: string | undefined
  /** One sentence on what it is; undefined when we have none. */
  about?: string | undefined
}

/** Undefined when the record has no word for it and we have none either: raw codes are no names. */
export function nameOf(concept: Concept, language: Language): Name | undefined {
  const clinical = clinicalNameOf(concept)
  const plain = findPlainName(concept.codings, language)
  if (plain === undefined) return clinical === undefined ? undefined : { name: clinical, clinical: undefined }
  const isSame = clinical?.toLowerCase() === plain.name.toLowerCase()
  return { name: plain.name, clinical: isSame ? undefined : clinical, about: plain.about }
}
