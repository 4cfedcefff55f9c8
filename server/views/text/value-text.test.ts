import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Language } from '#words/languages.ts'
import { wordsOf } from '#words/words.ts'
import { readValue } from '../entries/value.ts'
import { valueText } from './value-text.ts'

const quantity = (value: number, unit?: string, code?: string, comparator?: string) => ({
  valueQuantity: { value, unit, code, comparator },
})

/** What the record says, and what is shown in English and in Spanish. */
const cases: Array<[fields: object, en: string | undefined, es: string | undefined]> = [
  [quantity(24.123456789, 'kg/m2', 'kg/m2'), '24.12 kg/m²', '24,12 kg/m²'],
  [quantity(5.4, '%', '%'), '5.4 %', '5,4 %'],
  [quantity(128, 'mm[Hg]', 'mm[Hg]'), '128 mmHg', '128 mmHg'],
  [quantity(128.74, 'mg/dL'), '128.7 mg/dL', '128,7 mg/dL'],
  [quantity(0.012345, 'mg/dL', 'mg/dL', '<'), '< 0.0123 mg/dL', '< 0,0123 mg/dL'],
  [quantity(72, '/min', '/min'), '72 per minute', '72 por minuto'],
  [quantity(98.6, '[degF]'), '98.6 °F', '98,6 °F'],
  [quantity(3, '{score}', '{score}'), '3', '3'],
  [quantity(1, '1', '1'), '1', '1'],
  [quantity(250_000, '/uL'), '250,000 /uL', '250.000 /uL'],
  [quantity(0), '0', '0'],
  [quantity(-1.5, 'SD'), '-1.5 SD', '-1,5 SD'],
  [{ valueQuantity: { unit: 'mg' } }, undefined, undefined],
  [{ valueQuantity: { value: 'x' } }, undefined, undefined],
  [{ valueCodeableConcept: { text: 'Positive' } }, 'Positive', 'Positive'],
  [{ valueCodeableConcept: { coding: [{ code: '10828004', display: '10828004' }] } }, undefined, undefined],
  [{ valueString: ' Never smoked ' }, 'Never smoked', 'Never smoked'],
  [{ valueInteger: 7 }, '7', '7'],
  [{ valueBoolean: false }, 'No', 'No'],
  [{ valueBoolean: true }, 'Yes', 'Sí'],
  [
    { valueRange: { low: { value: 1, unit: 'mg' }, high: { value: 2, unit: 'mg' } } },
    '1 mg to 2 mg',
    'de 1 mg a 2 mg',
  ],
  [{ valueRange: { high: { value: 2 } } }, 'up to 2', 'hasta 2'],
  [{ valueRatio: { numerator: { value: 1 }, denominator: { value: 128 } } }, '1 : 128', '1 : 128'],
  [{ valueQuantity: [] }, undefined, undefined],
  [{}, undefined, undefined],
]

for (const [fields, en, es] of cases) {
  test(`a value in words: ${JSON.stringify(fields)}`, () => {
    for (const [language, expected] of [
      ['en', en],
      ['es', es],
    ] as const) {
      const shown = valueText(readValue(JSON.parse(JSON.stringify(fields))), readingIn(language))
      assert.equal(shown?.replaceAll('\u00a0', ' '), expected)
    }
  })
}

function readingIn(language: Language) {
  return { language, words: wordsOf(language), now: new Date(0) }
}
