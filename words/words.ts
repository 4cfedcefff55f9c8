import { createTranslator } from 'use-intl/core'
import type { Catalogue } from './catalogue.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import type { Language } from './languages.ts'

const catalogues: Record<Language, Catalogue> = { en, es }

const translators = new Map<Language, Words>()

/** What says something in one language, by a key of the catalogue: `words('conditions.none')`. */
export type Words = ReturnType<typeof createWords>

/** The words of a language, for the server. The portal has `useWords`. */
export function wordsOf(language: Language): Words {
  const known = translators.get(language) ?? createWords(language)
  translators.set(language, known)
  return known
}

function createWords(language: Language) {
  return createTranslator<Catalogue>({ locale: language, messages: catalogues[language], timeZone: 'UTC' })
}
