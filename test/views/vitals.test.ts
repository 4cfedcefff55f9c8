import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type EntryType, entryTypes } from '#server/views/views.ts'
import { demoResources, syntheaResources } from '../search/resources.ts'
import { viewFrom } from './view-from.ts'

type Records = Partial<Record<EntryType, object[]>>

const vital = { category: [{ coding: [{ code: 'vital-signs' }] }], status: 'final' }
const loinc = (code: string, text?: string) => ({
  code: { coding: [{ system: 'http://loinc.org', code }], ...(text && { text }) },
})
const quantity = (value: number, unit: string) => ({ valueQuantity: { value, unit, code: unit } })
const on = (day: string) => ({ effectiveDateTime: day })
const weight = (value: number, day: string, unit = 'kg') => ({
  ...vital,
  ...loinc('29463-7'),
  ...on(day),
  ...quantity(value, unit),
})
const pressure = (upper: number, lower: number, day: string) => ({
  ...vital,
  ...loinc('55284-4'),
  ...on(day),
  component: [
    { ...loinc('8480-6', 'Upper'), ...quantity(upper, 'mm[Hg]') },
    { ...loinc('8462-4', 'Lower'), ...quantity(lower, 'mm[Hg]') },
  ],
})

/** The records, and the cards in English and in Spanish. */
const cases: Array<[what: string, records: Records, en: string[], es?: string[]]> = [
  ['no record', {}, []],
  [
    'the latest value of each sign, and both parts of a blood pressure together',
    {
      Observation: [
        pressure(128, 82, '2026-03-01'),
        pressure(130, 85, '2025-03-01'),
        weight(80.5, '2026-03-01'),
        weight(82, '2025-03-01'),
        { ...vital, ...loinc('8331-1'), ...on('2026-01-01'), ...quantity(36.74321, 'Cel') },
        { ...vital, ...loinc('72514-3', 'Pain'), ...on('2026-01-01'), ...quantity(3, '{score}') },
      ],
    },
    [
      'Blood pressure 128/82 mmHg 2026-03-01 lines 2 of 2',
      'Temperature 36.74 °C 2026-01-01 lines 1 of 1',
      'Weight 80.5 kg 2026-03-01 lower 82 kg lines 1 of 2',
      'Pain (0 to 10) 3 2026-01-01 lines 1 of 1',
    ],
    [
      'Presión arterial 128/82 mmHg 2026-03-01 lines 2 of 2',
      'Temperatura 36,74 °C 2026-01-01 lines 1 of 1',
      'Peso 80,5 kg 2026-03-01 lower 82 kg lines 1 of 2',
      'Dolor (de 0 a 10) 3 2026-01-01 lines 1 of 1',
    ],
  ],
  [
    'what was entered by mistake is no latest value, laboratory results are no vital signs, and wrong types',
    {
      Observation: [
        { ...weight(800, '2026-03-01'), status: 'entered-in-error' },
        weight(80, '2025-03-01'),
        {
          ...loinc('2345-7', 'Glucose'),
          category: [{ coding: [{ code: 'laboratory' }] }],
          ...quantity(5, 'g'),
        },
        { ...vital, code: 7, valueQuantity: [], component: 'x' },
        { ...vital, ...loinc('8867-4'), valueQuantity: { value: 'x' }, effectiveDateTime: '9999-99' },
      ],
    },
    ['Heart rate No value was sent undefined lines 1 of 1', 'Weight 80 kg 2025-03-01 lines 1 of 1'],
    [
      'Frecuencia cardíaca No se envió ningún valor undefined lines 1 of 1',
      'Peso 80 kg 2025-03-01 lines 1 of 1',
    ],
  ],
]

for (const [what, records, en, es = en] of cases) {
  test(`vital signs: ${what}`, () => {
    for (const [language, expected] of [
      ['en', en],
      ['es', es],
    ] as const) {
      const { cards } = viewFrom('vitals', records, language)
      const lines = cards.map(({ name, latest, date, change, series, count }) =>
        [name, latest, date, change?.kind, change?.before, `lines ${series.length} of ${count}`]
          .filter((part, index) => part !== undefined || index === 2)
          .join(' ')
          .replaceAll('\u00a0', ' ')
          .replace(/ {2}/, ' undefined '),
      )
      assert.deepEqual(lines, expected)
    }
  })
}

test('what was entered by mistake is counted and said', () => {
  const Observation = [{ ...weight(800, '2026-03-01'), status: 'entered-in-error' }]
  assert.equal(viewFrom('vitals', { Observation }, 'en').enteredInError, 1)
})

const child = { birthDate: '2024-01-15', gender: 'female' }

/** Of a girl: WHO medians at birth, and CDC from two years on. */
test('growth: percentiles in words, in the unit of the chart', () => {
  const Observation = [
    weight(3.2322, '2024-01-15'),
    weight(8.9462, '2025-01-14'),
    weight(8946.2, '2025-01-14', 'g'),
    weight(30, '2025-06-01'),
    weight(5, '2025-06-01'),
    weight(26.4, '2026-05-01', '[lb_av]'),
    weight(3, '2023-12-01'),
    { ...weight(9, '2025-02-01'), status: 'entered-in-error' },
    weight(9, '2025-03-01', 'stone'),
    { ...vital, ...loinc('8302-2'), ...on('2026-05-01'), ...quantity(0.88, 'm') },
  ]
  const pointsIn = (language: 'en' | 'es') => {
    const { growth } = viewFrom('vitals', { Patient: [child], Observation }, language)
    assert(growth && 'charts' in growth)
    return growth.charts.map(({ measure, points }) => [
      measure,
      ...points.map(({ age, value, percentile }) => `${age.toFixed(1)} ${value.toFixed(2)} ${percentile}`),
    ])
  }
  assert.deepEqual(pointsIn('en'), [
    [
      'weight',
      '27.5 11.97 32nd percentile',
      '16.5 30.00 above the 99th percentile',
      '16.5 5.00 below the 1st percentile',
      '12.0 8.95 50th percentile',
      '12.0 8.95 50th percentile',
      '0.0 3.23 50th percentile',
    ],
    ['height', '27.5 88.00 50th percentile'],
  ])
  assert.match(pointsIn('es').flat().join(), /percentil 32,.*por encima del percentil 99/)
})

test('growth: each curve has a value at each of its ages', () => {
  const Observation = [
    weight(12, '2026-05-01'),
    { ...vital, ...loinc('8302-2'), ...on('2026-05-01'), ...quantity(88, 'cm') },
    { ...vital, ...loinc('39156-5'), ...on('2026-05-01'), ...quantity(16, 'kg/m2') },
    { ...vital, ...loinc('9843-4'), ...on('2026-05-01'), ...quantity(48, 'cm') },
  ]
  const { growth } = viewFrom('vitals', { Patient: [child], Observation }, 'en')
  assert(growth && 'charts' in growth)
  assert.deepEqual(
    growth.charts.map(({ measure, first, later }) => [measure, Boolean(first), Boolean(later)]),
    [
      ['weight', true, true],
      ['height', true, true],
      ['bmi', false, true],
      ['head', true, false],
    ],
  )
  for (const { first, later } of growth.charts)
    for (const curves of [first, later]) {
      if (!curves) continue
      assert.deepEqual(
        curves.lines.map(({ percentile }) => percentile),
        [3, 10, 25, 50, 75, 90, 97],
      )
      for (const { values } of curves.lines) {
        assert.equal(values.length, (curves.to - curves.from) / curves.step + 1)
        assert(values.every((value) => value > 0))
      }
    }
})

test('growth: the curves of the first two years end as they run, with WHO', () => {
  const Observation = [weight(12, '2026-05-01')]
  const { growth } = viewFrom('vitals', { Patient: [child], Observation }, 'en')
  assert(growth && 'charts' in growth)
  const values = growth.charts[0]?.first?.lines.find(({ percentile }) => percentile === 50)?.values ?? []
  const [before = 0, last = 0] = values.slice(-2)
  assert(last > before && last - before < 0.15, `${before} ${last}`)
})

test('growth: of children alone, and never guessed', () => {
  const Observation = [weight(20, '2026-01-01')]
  const growthOf = (patient: object) => viewFrom('vitals', { Patient: [patient], Observation }, 'en').growth
  assert.deepEqual(growthOf({ ...child, gender: 'unknown' }), { missing: 'sex' })
  assert.equal(growthOf({ ...child, birthDate: '2006-05-31' }), undefined)
  assert.equal(growthOf({ ...child, birthDate: '2024' }), undefined)
  assert.equal(growthOf({ ...child, birthDate: '2030-01-01' }), undefined)
  assert.equal(growthOf({}), undefined)
})

for (const [source, resources] of [
  ['the demo', demoResources()],
  ['Synthea', syntheaResources(8)],
] as const)
  test(`each card of ${source} has a name and a latest value`, {
    skip: !resources && 'the data is not here',
  }, () => {
    const ids = resources?.filter(({ resourceType }) => resourceType === 'Patient').map(({ id }) => id) ?? []
    let charts = 0
    for (const id of ids) {
      const own = resources?.filter(
        (resource) =>
          resource.id === id ||
          ('subject' in resource &&
            (resource.subject as { reference?: string })?.reference === `Patient/${id}`),
      )
      const records: Records = Object.fromEntries(
        entryTypes.map((type) => [type, own?.filter(({ resourceType }) => resourceType === type) ?? []]),
      )
      const { cards, growth } = viewFrom('vitals', records, 'es')
      assert(cards.length > 3, id)
      for (const { name, latest } of cards) {
        assert.notEqual(name, 'Sin nombre en el historial')
        assert.match(latest, /\d/)
        assert.doesNotMatch(latest, /\d[.,]\d{4,}/)
      }
      if (growth && 'charts' in growth) charts += growth.charts.length
    }
    if (source === 'the demo') assert(charts > 3)
  })
