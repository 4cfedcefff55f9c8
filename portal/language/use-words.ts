import { useTranslations } from 'use-intl'
import type { Catalogue } from '#words/catalogue.ts'

declare module 'use-intl' {
  interface AppConfig {
    Messages: Catalogue
  }
}

/** The words of one page: `const words = useWords('conditions')`, then `words('none')`. A wrong key does not compile. */
export const useWords = useTranslations
