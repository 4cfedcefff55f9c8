import type { Language } from '#words/languages.ts'

/**
 * A number as people read it. A record may carry digits that no instrument measures (24.123456789): two decimals are shown, one from
 * a hundred on, and of small numbers three digits.
 */
export function numberText(number: number, language: Language): string {
  const size = Math.abs(number)
  if (size > 0 && size < 1) return formatOf(language, { maximumSignificantDigits: 3 }).format(number)
  return formatOf(language, { maximumFractionDigits: size >= 100 ? 1 : 2 }).format(number)
}

/** To make one takes longer than to use it a hundred times. */
const formats = new Map<string, Intl.NumberFormat>()

function formatOf(language: Language, digits: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${language} ${JSON.stringify(digits)}`
  const known = formats.get(key) ?? new Intl.NumberFormat(language, { ...digits, useGrouping: 'min2' })
  formats.set(key, known)
  return known
}
