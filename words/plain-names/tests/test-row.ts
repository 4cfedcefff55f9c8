import type { PlainName } from '../name-table.ts'

/**
 * The name of a test for each of its LOINC codes, and one sentence on what it measures: never advice, never what a result means for
 * somebody.
 */
export function testRow(
  codes: string,
  [en, es]: readonly [en: string, es: string],
  [aboutEn, aboutEs]: readonly [en: string, es: string],
): PlainName[] {
  return codes.split(' ').map((code) => [code, { en, es }, { en: aboutEn, es: aboutEs }] as const)
}
