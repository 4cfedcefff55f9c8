import type { Language } from '#words/languages.ts'

/**
 * A number as people read it. A record may carry digits that no instrument measures (24.123456789): two decimals are shown, one from
 * a hundred on, and of small numbers three digits.
 */
export function numberText(number: number, language: Language): string {
  const size = Math.abs(number)
  const digits: Intl.NumberFormatOptions =
    size > 0 && size < 1 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: size >= 100 ? 1 : 2 }
  return new Intl.NumberFormat(language, { ...digits, useGrouping: 'min2' }).format(number)
}
