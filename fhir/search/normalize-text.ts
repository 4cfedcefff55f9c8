/**
 * Texts as the index compares them: https://hl7.org/fhir/R4/search.html#string
 * The index and the search call the same functions, so that a text that is too long is cut alike on both sides.
 */
const maximumNormalized = 200
const maximumExact = 512

/** Characters that are left out: apostrophes, accents and hyphens. */
const plain = /^[\x21-\x26\x28-\x2c\x2e-\x5f\x61-\x7e]+(?: [\x21-\x26\x28-\x2c\x2e-\x5f\x61-\x7e]+)*$/

/**
 * Apostrophes, hyphens and dashes of every kind, and the characters that people type in their place. O'Neil is found as O’Neil
 * and as oneil, and Smith-Jones as Smith–Jones.
 */
const joining =
  /['`\u00ad\u00b4\u02b9-\u02bd\u02c8\u02ca\u02cb\u2018-\u201b\u2032\u2035\ua78b\ua78c\uff07\p{Pd}\u2212]/gu

/** Lower case, without diacritics, apostrophes and hyphens, with single spaces, at most 200 characters. */
export function normalizeText(text: string): string {
  const head = text.length > 4 * maximumNormalized ? text.slice(0, 4 * maximumNormalized) : text
  const lower = head.toLowerCase()
  if (plain.test(lower)) return cut(lower, maximumNormalized)
  // The text is lower-cased twice. The first time turns İ into an i with a mark, which is then removed like other diacritics.
  // Joining marks are removed before, because NFKD takes some of them apart.
  const bare = lower.replace(joining, '').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a control character is no part of a name
  return cut(bare.replace(/[\s\u0000-\u001f]+/g, ' ').trim(), maximumNormalized).trimEnd()
}

/** The text itself, at most 512 characters. PostgreSQL cannot keep the character 0. */
export function clipText(text: string): string {
  const clipped = text.length > maximumExact ? cut(text, maximumExact) : text
  return clipped.includes('\u0000') ? clipped.replaceAll('\u0000', '') : clipped
}

/** The cut must not go through a character of two UTF-16 units. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length)
}
