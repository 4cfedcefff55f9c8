import type { Words } from '#words/words.ts'
import { isKeyOf } from '../fields.ts'

/** UCUM (https://ucum.org) as people write it. Units that read well as they stand are not in the list. */
const written: Readonly<Record<string, string>> = {
  '10*3/uL': '×10³/µL',
  '10*6/uL': '×10⁶/µL',
  '10*9/L': '×10⁹/L',
  '10*12/L': '×10¹²/L',
  '[degF]': '°F',
  '[in_i]': 'in',
  '[lb_av]': 'lb',
  '[oz_av]': 'oz',
  '[iU]': 'IU',
  '[IU]': 'IU',
  '[pH]': 'pH',
  Cel: '°C',
  'kg/m2': 'kg/m²',
  'm[IU]/L': 'mIU/L',
  'mL/min/{1.73_m2}': 'mL/min/1.73 m²',
  'mm[Hg]': 'mmHg',
  'u[IU]/mL': 'µIU/mL',
  'ug/dL': 'µg/dL',
  'ug/L': 'µg/L',
  ug: 'µg',
}

/** Units that are words, by UCUM code. */
const spoken = {
  '/min': 'units.perMinute',
  '{beats}/min': 'units.perMinute',
  '{breaths}/min': 'units.perMinute',
  a: 'units.years',
  mo: 'units.months',
  wk: 'units.weeks',
  d: 'units.days',
  h: 'units.hours',
  min: 'units.minutes',
} as const

/** A unit as people write it; undefined for none. Braces are how UCUM writes remarks: nobody needs to see them. */
export function unitText(
  unit: string | undefined,
  code: string | undefined,
  words: Words,
): string | undefined {
  for (const each of [code, unit]) {
    if (each === undefined) continue
    if (isKeyOf(spoken, each)) return words(spoken[each])
    if (isKeyOf(written, each)) return written[each]
  }
  const plain = (unit ?? code)?.replaceAll(/\{[^}]*\}/g, '').trim()
  return plain === undefined || plain === '' || plain === '1' || /^\W$/.test(plain.replace('%', 'x'))
    ? undefined
    : plain
}
