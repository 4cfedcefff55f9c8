import { type ReactNode, use } from 'react'
import { IntlProvider } from 'use-intl/react'
import type { Catalogue } from '#words/catalogue.ts'
import { defaultLanguage, isLanguage, type Language } from '#words/languages.ts'

/** Only the catalogue of the reader's language is fetched. */
const catalogues: Record<Language, () => Promise<Catalogue>> = {
  en: async () => (await import('#words/en.ts')).en,
  es: async () => (await import('#words/es.ts')).es,
}

const { lang } = document.documentElement

/** The language of this page, which the server has written into the document. */
export const language: Language = isLanguage(lang) ? lang : defaultLanguage

const messages = catalogues[language]()

/** Gives the words of the reader's language to everything below. */
export function WordsProvider({ children }: { children: ReactNode }) {
  return (
    <IntlProvider locale={language} messages={use(messages)} timeZone={timeZone}>
      {children}
    </IntlProvider>
  )
}

const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
