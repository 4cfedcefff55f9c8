import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type EntryType, entryTypes, type ResultLine, type ResultPart } from '#server/views/views.ts'
import { demoResources, syntheaResources } from '../search/resources.ts'
import { viewFrom } from './view-from.ts'

type Records = Partial<Record<EntryType, object[]>>

const laboratory = { category: [{ coding: [{ code: 'laboratory' }] }], status: 'final' }
const loinc = (code: string, text?: string) => ({
  code: { coding: [{ system: 'http://loinc.org', code }], ...(text && { text }) },
})
const quantity = (value: number, unit: string) => ({ valueQuantity: { value, unit, code: unit } })
const range = (low: number | undefined, high: number | undefined, unit?: string) => ({
  referenceRange: [
    {
      ...(low !== undefined && { low: { value: low, ...(unit && { unit }) } }),
      ...(high !== undefined && { high: { value: high, ...(unit && { unit }) } }),
    },
  ],
})
const on = (day: string) => ({ effectiveDateTime: day })
const flag = (code: string) => ({ interpretation: [{ coding: [{ code }] }] })
const ofReport = (...ids: string[]) => ({ result: ids.map((id) => ({ reference: `Observation/${id}` })) })
const lipids = { code: { text: 'Lipids' }, status: 'final', ...on('2025-03-01') }
const x = { ...laboratory, ...loinc('99999-0', 'Xylo') }

/** The records, and the panels with their lines in English and in Spanish. */
const cases: Array<[what: string, records: Records, en: object, es?: object | undefined, query?: object]> = [
  ['no record', {}, {}],
  [
    'a report and its results are one thing, shown once; what is in no report stands by day',
    {
      Observation: [
        { ...x, ...on('2025-03-01'), ...quantity(5, 'mg/dL'), ...range(4, 6, 'mg/dL') },
        { ...laboratory, ...loinc('88888-1', 'Yarrow'), ...on('2025-03-01T10:00:00Z'), valueString: 'Clear' },
      ],
      DiagnosticReport: [{ ...lipids, ...ofReport('0000') }],
    },
    {
      panels: [
        '(single) 2025-03-01: Yarrow Clear',
        'Lipids 2025-03-01: Xylo 5 mg/dL [In the range] {4 mg/dL to 6 mg/dL}',
      ],
    },
    {
      panels: [
        '(single) 2025-03-01: Yarrow Clear',
        'Lipids 2025-03-01: Xylo 5 mg/dL [Dentro del rango] {de 4 mg/dL a 6 mg/dL}',
      ],
    },
  ],
  [
    'high and low: what the laboratory says, else by the range',
    {
      Observation: [
        { ...x, ...on('2025-01-05'), ...quantity(9, 'mg/dL'), ...range(4, 6), ...flag('HH') },
        { ...x, ...on('2025-01-04'), ...quantity(3, 'mg/dL'), ...range(4, 6) },
        { ...x, ...on('2025-01-03'), ...quantity(7, 'mg/dL'), ...range(undefined, 6) },
        { ...x, ...on('2025-01-02'), ...quantity(7, 'mg/dL'), ...range(4, 6, 'mmol/L') },
        { ...x, ...on('2025-01-01'), ...quantity(7, 'mg/dL') },
      ],
    },
    {
      panels: [
        '(single) 2025-01-05: Xylo 9 mg/dL [Very high] {4 mg/dL to 6 mg/dL} higher 3 mg/dL 2025-01-04',
        '(single) 2025-01-04: Xylo 3 mg/dL [Below the range] {4 mg/dL to 6 mg/dL} lower 7 mg/dL 2025-01-03',
        '(single) 2025-01-03: Xylo 7 mg/dL [Above the range] {up to 6 mg/dL} same 7 mg/dL 2025-01-02',
        '(single) 2025-01-02: Xylo 7 mg/dL {4 mmol/L to 6 mmol/L} same 7 mg/dL 2025-01-01',
        '(single) 2025-01-01: Xylo 7 mg/dL no range',
      ],
    },
    {
      panels: [
        '(single) 2025-01-05: Xylo 9 mg/dL [Muy alto] {de 4 mg/dL a 6 mg/dL} higher 3 mg/dL 2025-01-04',
        '(single) 2025-01-04: Xylo 3 mg/dL [Por debajo del rango] {de 4 mg/dL a 6 mg/dL} lower 7 mg/dL 2025-01-03',
        '(single) 2025-01-03: Xylo 7 mg/dL [Por encima del rango] {hasta 6 mg/dL} same 7 mg/dL 2025-01-02',
        '(single) 2025-01-02: Xylo 7 mg/dL {de 4 mmol/L a 6 mmol/L} same 7 mg/dL 2025-01-01',
        '(single) 2025-01-01: Xylo 7 mg/dL no range',
      ],
    },
  ],
  [
    'words as results, "less than", and values in another unit',
    {
      Observation: [
        { ...x, ...on('2025-01-04'), valueCodeableConcept: { text: 'Positive' }, ...flag('POS') },
        {
          ...x,
          ...on('2025-01-03'),
          valueQuantity: { value: 0.1, comparator: '<', unit: 'mg/dL', code: 'mg/dL' },
          ...range(0.1, 2),
        },
        { ...x, ...on('2025-01-02'), ...quantity(1, 'mg/dL') },
        { ...x, ...on('2025-01-01'), ...quantity(9, 'mmol/L') },
      ],
    },
    {
      panels: [
        '(single) 2025-01-04: Xylo Positive other < 0.1 mg/dL 2025-01-03',
        '(single) 2025-01-03: Xylo < 0.1 mg/dL [Below the range] {0.1 mg/dL to 2 mg/dL} other 1 mg/dL 2025-01-02',
        '(single) 2025-01-02: Xylo 1 mg/dL no range other 9 mmol/L 2025-01-01',
        '(single) 2025-01-01: Xylo 9 mmol/L no range',
      ],
    },
    {
      panels: [
        '(single) 2025-01-04: Xylo Positive [Positivo] other < 0,1 mg/dL 2025-01-03',
        '(single) 2025-01-03: Xylo < 0,1 mg/dL [Por debajo del rango] {de 0,1 mg/dL a 2 mg/dL} other 1 mg/dL 2025-01-02',
        '(single) 2025-01-02: Xylo 1 mg/dL no range other 9 mmol/L 2025-01-01',
        '(single) 2025-01-01: Xylo 9 mmol/L no range',
      ],
    },
  ],
  [
    'parts, notes, states, and no value',
    {
      Observation: [
        {
          ...x,
          ...on('2025-01-05'),
          status: 'corrected',
          note: [{ text: 'Fasting' }],
          component: [
            { ...loinc('1-1', 'Upper'), ...quantity(120, 'mm[Hg]') },
            { ...loinc('1-2', 'Lower'), dataAbsentReason: { coding: [{ code: 'not-performed' }] } },
          ],
        },
        { ...x, ...on('2025-01-04'), dataAbsentReason: { coding: [{ code: 'error' }] } },
        { ...x, ...on('2025-01-03'), status: 'registered' },
        { ...x, ...on('2025-01-02'), status: 'preliminary', ...quantity(1, 'mg/dL') },
        { ...x, ...on('2025-01-01'), valueCodeableConcept: { coding: [{ code: '123', display: '123' }] } },
      ],
    },
    {
      panels: [
        '(single) 2025-01-05: Xylo (Corrected) +Upper 120 mmHg no range +Lower (No value: not measured) "Fasting"',
        '(single) 2025-01-04: Xylo (No value: the measurement failed)',
        '(single) 2025-01-03: Xylo (No result yet)',
        '(single) 2025-01-02: Xylo 1 mg/dL (Not final yet) no range',
        '(single) 2025-01-01: Xylo (The value was sent as a code without words)',
      ],
    },
    {
      panels: [
        '(single) 2025-01-05: Xylo (Corregido) +Upper 120 mmHg no range +Lower (Sin valor: no se midió) "Fasting"',
        '(single) 2025-01-04: Xylo (Sin valor: la medición falló)',
        '(single) 2025-01-03: Xylo (Todavía sin resultado)',
        '(single) 2025-01-02: Xylo 1 mg/dL (Todavía no es definitivo) no range',
        '(single) 2025-01-01: Xylo (El valor se envió como código, sin palabras)',
      ],
    },
  ],
  [
    'entered in error and cancelled: said, without a value, and no time before',
    {
      Observation: [
        { ...x, ...on('2025-01-03'), ...quantity(5, 'mg/dL') },
        { ...x, ...on('2025-01-02'), ...quantity(50, 'mg/dL'), status: 'entered-in-error' },
      ],
      DiagnosticReport: [{ ...lipids, status: 'cancelled', ...ofReport('0000') }],
    },
    {
      panels: ['(single) 2025-01-03: Xylo 5 mg/dL no range'],
      notCounted: ['Lipids 2025-03-01 Cancelled', 'Xylo 2025-01-02 Entered by mistake'],
    },
    {
      panels: ['(single) 2025-01-03: Xylo 5 mg/dL no range'],
      notCounted: ['Lipids 2025-03-01 Cancelado', 'Xylo 2025-01-02 Anotado por error'],
    },
  ],
  [
    'a report that is a document, one with a conclusion, and one whose results are not here',
    {
      DiagnosticReport: [
        { ...lipids, presentedForm: [{ contentType: 'application/pdf', data: 'JVBERi0=' }] },
        { ...lipids, ...on('2025-02-01'), conclusion: 'All well' },
        { ...lipids, ...on('2025-01-01'), ...ofReport('gone', 'away') },
      ],
    },
    {
      panels: [
        'Lipids 2025-03-01 document',
        'Lipids 2025-02-01 says All well',
        'Lipids 2025-01-01 missing 2',
      ],
    },
  ],
  [
    'the same results in a preliminary and in a final report; an Observation with members',
    {
      Observation: [
        { ...x, ...on('2025-03-01'), ...quantity(5, 'mg/dL') },
        {
          ...laboratory,
          ...loinc('77777-2', 'Gases'),
          ...on('2025-02-01'),
          hasMember: ofReport('0002').result,
        },
        { ...laboratory, ...loinc('77777-3', 'Oxygen'), ...on('2025-02-01'), ...quantity(90, '%') },
      ],
      DiagnosticReport: [
        { ...lipids, status: 'preliminary', issued: '2025-03-01T08:00:00Z', ...ofReport('0000') },
        { ...lipids, status: 'final', issued: '2025-03-02T08:00:00Z', ...ofReport('0000', '0000') },
      ],
    },
    {
      panels: ['Lipids 2025-03-01: Xylo 5 mg/dL no range', 'Gases 2025-02-01: Oxygen 90 % no range'],
    },
  ],
  [
    'a plain name beside the clinical one; a panel with the code of one of its results keeps its own words',
    {
      Observation: [
        { ...laboratory, ...loinc('5671-3', 'Pb Bld'), ...on('2025-03-01'), ...quantity(1, 'ug/dL') },
        { ...laboratory, ...loinc('718-7'), ...on('2025-03-01'), ...quantity(13, 'g/dL') },
      ],
      DiagnosticReport: [{ ...lipids, ...loinc('5671-3', 'Toddler screening'), ...ofReport('0000', '0001') }],
    },
    {
      panels: [
        'Toddler screening 2025-03-01: Blood level of lead 1 µg/dL no range; Hemoglobin 13 g/dL no range',
      ],
    },
    {
      panels: [
        'Toddler screening 2025-03-01: Plomo en la sangre 1 µg/dL no range; Hemoglobina 13 g/dL no range',
      ],
    },
  ],
  [
    'found by name, without accents and case; a panel that fits stays whole',
    {
      Observation: [
        { ...x, ...on('2025-03-01'), ...quantity(5, 'mg/dL') },
        { ...laboratory, ...loinc('8-8', 'Ácido úrico'), ...on('2025-02-01'), ...quantity(1, 'mg/dL') },
        { ...x, ...on('2025-02-01'), ...quantity(5, 'mg/dL') },
      ],
      DiagnosticReport: [{ ...lipids, code: { text: 'Acidosis' }, ...ofReport('0000') }],
    },
    {
      panels: [
        'Acidosis 2025-03-01: Xylo 5 mg/dL no range same 5 mg/dL 2025-02-01',
        '(single) 2025-02-01: Ácido úrico 1 mg/dL no range',
      ],
    },
    undefined,
    { find: ' ACID' },
  ],
  [
    'wrong types, markup, and a far year',
    {
      Observation: [
        { code: 7, status: [], referenceRange: 'x', component: {}, interpretation: 1, hasMember: 'x' },
        { ...x, ...on('9999-12-31'), valueString: '<script>alert(1)</script>', note: [{ text: '<b>' }] },
      ],
      DiagnosticReport: [{ code: [], result: 'x', presentedForm: 'x', conclusion: 7 }],
    },
    {
      panels: [
        '(single) 9999-12-31: Xylo <script>alert(1)</script> "<b>"',
        '(single) undefined: Without a name in the record (No value was sent)',
        'Without a name in the record undefined',
      ],
    },
    {
      panels: [
        '(single) 9999-12-31: Xylo <script>alert(1)</script> "<b>"',
        '(single) undefined: Sin nombre en el historial (No se envió ningún valor)',
        'Sin nombre en el historial undefined',
      ],
    },
  ],
]

for (const [what, records, en, es = en, query] of cases) {
  test(`results: ${what}`, () => {
    assert.deepEqual(shownOf(records, 'en', query), { panels: [], notCounted: [], ...en })
    assert.deepEqual(shownOf(records, 'es', query), { panels: [], notCounted: [], ...es })
  })
}

function shownOf(records: Records, language: 'en' | 'es', query: object = {}) {
  const { panels, notCounted } = viewFrom('results', records, language, { query: { ...query } })
  return {
    panels: panels.map(({ name, date, results, document, conclusion, missing }) => {
      const head = [
        `${name ?? '(single)'} ${date}`,
        document && 'document',
        conclusion && `says ${conclusion}`,
        missing > 0 && `missing ${missing}`,
      ]
      const lines = results.map(lineText)
      return `${head.filter(Boolean).join(' ')}${lines.length > 0 ? `: ${lines.join('; ')}` : ''}`
    }),
    notCounted: notCounted.map(({ name, date, status }) => `${name} ${date} ${status}`),
  }
}

function lineText(line: ResultLine): string {
  const words = [
    partText(line, line.status),
    ...line.parts.map((part) => `+${partText(part)}`),
    ...line.notes.map((note) => `"${note}"`),
  ]
  return words.join(' ').replaceAll('\u00a0', ' ')
}

function partText(
  { name, value, absent, level, range: shown, lacksRange, change }: ResultPart,
  status?: string,
) {
  return [
    name,
    value,
    absent && `(${absent})`,
    status && `(${status})`,
    level && `[${level.text}]`,
    shown && `{${shown.text}}`,
    lacksRange && 'no range',
    change && `${change.kind} ${change.before} ${change.date}`,
  ]
    .filter(Boolean)
    .join(' ')
}

test('a value stands in the bar where it stands in the range', () => {
  const barOf = (value: number, low?: number, high?: number) =>
    viewFrom('results', { Observation: [{ ...x, ...quantity(value, 'g'), ...range(low, high) }] }, 'en')
      .panels[0]?.results[0]?.range?.bar
  assert.deepEqual(barOf(5, 4, 6), { from: 25, to: 75, at: 50 })
  assert.deepEqual(barOf(4, 4, 6), { from: 25, to: 75, at: 25 })
  assert.deepEqual(barOf(1e9, 4, 6), { from: 25, to: 75, at: 98 })
  assert.deepEqual(barOf(-1e9, 4, 6), { from: 25, to: 75, at: 2 })
  assert.deepEqual(barOf(3, undefined, 6), { from: 0, to: 70, at: 35 })
  assert.deepEqual(barOf(60, 30), { from: 35, to: 100, at: 70 })
  assert.equal(barOf(5, 6, 4), undefined)
})

test('twenty panels at a time, in the order of time, and each result on one of the pages', () => {
  const Observation = Array.from({ length: 45 }, (_, index) => ({
    ...x,
    ...on(`2020-${String(1 + (index % 12)).padStart(2, '0')}-${String(1 + (index % 28)).padStart(2, '0')}`),
    ...quantity(index, 'g'),
  }))
  const last = viewFrom('results', { Observation }, 'en', { query: { page: 99 } })
  assert.equal(last.page, Math.ceil(last.total / 20))
  const pages = [1, 2, 3]
    .slice(0, last.page)
    .map((page) => viewFrom('results', { Observation }, 'en', { query: { page } }))
  const dates = pages.flatMap(({ panels }) => panels.map(({ date }) => date ?? ''))
  assert.deepEqual(dates, dates.toSorted().reverse())
  const shown = pages.flatMap(({ panels }) => panels.flatMap(({ results }) => results.map(({ id }) => id)))
  assert.equal(new Set(shown).size, 45)
  assert.equal(shown.length, 45)
  assert.deepEqual(
    pages.map(({ hasMore }) => hasMore),
    [true, true, false].slice(-last.page),
  )
})

for (const [source, resources] of [
  ['the demo', demoResources()],
  ['Synthea', syntheaResources(8)],
] as const)
  test(`each result of ${source} has a name, and a value or the reason for none`, {
    skip: !resources && 'the data is not here',
  }, () => {
    const records: Records = Object.fromEntries(
      entryTypes.map((type) => [type, resources?.filter(({ resourceType }) => resourceType === type) ?? []]),
    )
    let lines = 0
    for (let page = 1, hasMore = true; hasMore; page++) {
      const view = viewFrom('results', records, 'es', { query: { page } })
      hasMore = view.hasMore
      for (const panel of view.panels) {
        assert.notEqual(panel.name, 'Sin nombre en el historial', panel.id)
        for (const line of panel.results) {
          lines++
          assert.notEqual(line.name, 'Sin nombre en el historial', line.id)
          assert(line.value ?? line.absent ?? line.parts[0], line.id)
          assert.doesNotMatch(line.value ?? '', /\d[.,]\d{4,}/, line.id)
        }
      }
    }
    assert(lines > 300, String(lines))
  })

test('all values of a test over time: numbers in one unit are drawn, the rest stands in the table', () => {
  const Observation = [
    { ...x, ...on('2025-03-01'), ...quantity(5, 'mg/dL'), ...range(4, 6) },
    { ...x, ...on('2024-03-01'), ...quantity(50, 'mmol/L') },
    { ...x, ...on('2023-03-01'), valueString: 'Clotted', status: 'amended' },
    { ...x, ...on('2022-03-01'), ...quantity(7, 'mg/dL'), status: 'entered-in-error' },
    { ...laboratory, ...loinc('1-0', 'Other'), ...quantity(1, 'g') },
  ]
  const { tests, others } = viewFrom('results/test', { Observation }, 'en', { query: { code: '99999-0' } })
  assert.equal(tests[0]?.name, 'Xylo')
  assert.deepEqual(
    tests[0]?.series.map(({ unit, points }) => ({
      unit,
      points: points.map(({ text, number, low, high, level, status }) => [
        text.replaceAll('\u00a0', ' '),
        number,
        low,
        high,
        level?.text,
        status,
      ]),
    })),
    [
      {
        unit: 'mg/dL',
        points: [
          ['5 mg/dL', 5, 4, 6, 'In the range', undefined],
          ['50 mmol/L', undefined, undefined, undefined, undefined, undefined],
          ['Clotted', undefined, undefined, undefined, undefined, 'Corrected'],
        ],
      },
    ],
  )
  assert.deepEqual(others, [{ test: '1-0', name: 'Other' }])
})

test('a result with parts is drawn by its parts, and several tests are laid over each other', () => {
  const pressure = (upper: number, lower: number) => ({
    ...loinc('85354-9', 'Pressure'),
    component: [
      { ...loinc('8480-6', 'Upper'), ...quantity(upper, 'mm[Hg]') },
      { ...loinc('8462-4', 'Lower'), ...quantity(lower, 'mm[Hg]') },
    ],
  })
  const Observation = [
    { ...pressure(120, 80), ...on('2025-01-01') },
    { ...pressure(130, 85), ...on('2024-01-01') },
    { ...x, ...on('2024-01-01'), ...quantity(1, 'g') },
  ]
  const seriesFor = (query: Record<string, unknown>) =>
    viewFrom('results/test', { Observation }, 'en', { query }).tests.map(({ series }) =>
      series.map(({ test: key, points }) => [key, ...points.map(({ number }) => number)]),
    )
  assert.deepEqual(seriesFor({ code: '85354-9' }), [
    [
      ['8480-6', 120, 130],
      ['8462-4', 80, 85],
    ],
  ])
  assert.deepEqual(seriesFor({ code: ['99999-0', '8480-6', '99999-0'] }), [
    [['99999-0', 1]],
    [['8480-6', 120, 130]],
  ])
  assert.deepEqual(seriesFor({ code: 'none' }), [[]])
  assert.deepEqual(seriesFor({}), [])
})
