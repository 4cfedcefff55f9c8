import { type ReactNode, use } from 'react'
import { IntlProvider } from 'use-intl/react'
import type { Catalogue } from '#words/catalogue.ts'
import { chooseLanguage, type Language } from '#words/languages.ts'

/** Only the catalogue of the reader's language is fetched. */
const catalogues: Record<Language, () => Promise<Catalogue>> = {
  en: async () => (await import('#words/en.ts')).en,
  es: async () => (await import('#words/es.ts')).es,
}

/** The language of this page: the one that the server has written into the document, else the browser's. */
export const language: Language = chooseLanguage(navigator.languages.join(','))
document.documentElement.lang = language

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
