/** The languages that onpatient speaks. A further one is one more catalogue beside `en.ts`, and one more name for each code in `plain-names/`. */
export const languages = ['en', 'es'] as const

export type Language = (typeof languages)[number]

export const defaultLanguage: Language = 'en'

export function isLanguage(text: unknown): text is Language {
  return languages.some((language) => language === text)
}
