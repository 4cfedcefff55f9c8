/** The languages that onpatient speaks. A further one is one more catalogue: words/README.md. */
export const languages = ['en', 'es'] as const

export type Language = (typeof languages)[number]

export const defaultLanguage: Language = 'en'

export function isLanguage(text: unknown): text is Language {
  return languages.some((language) => language === text)
}

/**
 * The language of a header `Accept-Language` (RFC 9110 §12.5.4) that we speak and that the reader likes best. A regional form stands
 * for its language: `es-MX` is Spanish.
 */
export function chooseLanguage(header: string | undefined): Language {
  const wishes = (header ?? '')
    .slice(0, 500)
    .split(',')
    .map((part) => {
      const [range = '', ...parameters] = part.split(';').map((each) => each.trim())
      const weight = parameters.find((each) => each.startsWith('q='))
      return { language: range.toLowerCase().split('-')[0], weight: weight ? Number(weight.slice(2)) : 1 }
    })
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight)
  const best = wishes.find(({ language }) => language === '*' || isLanguage(language))
  return isLanguage(best?.language) ? best.language : defaultLanguage
}
