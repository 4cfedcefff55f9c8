import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EntryType } from '#server/views/views.ts'
import { entryTypes, personPages } from '#server/views/views.ts'
import type { Language } from '#words/languages.ts'
import { demoResources, syntheaResources } from '../search/resources.ts'
import { viewFrom } from './view-from.ts'

const text = (words: string) => ({ text: words })
const loinc = (code: string, display: string) => ({ coding: [{ system: 'http://loinc.org', code, display }] })

const records: Partial<Record<EntryType, object[]>> = {
  Observation: [
    {
      code: loinc('4548-4', 'Hemoglobin A1c'),
      status: 'final',
      effectiveDateTime: '2024-03-05T10:00:00Z',
      valueQuantity: { value: 5.4, unit: '%' },
    },
    {
      code: text('Blood pressure'),
      category: [{ coding: [{ code: 'vital-signs' }] }],
      effectiveDateTime: '2024-03-04',
      component: [
        { code: text('Systolic'), valueQuantity: { value: 120, unit: 'mmHg' } },
        { code: text('Diastolic'), valueQuantity: { value: 80, unit: 'mmHg' } },
      ],
    },
    { code: text('Wrong one'), status: 'entered-in-error', effectiveDateTime: '2024-01' },
    { code: text('Smoking'), effectiveDateTime: '2023', valueCodeableConcept: text('Never smoked') },
  ],
  Condition: [
    {
      code: {
        coding: [{ system: 'http://snomed.info/sct', code: '38341003', display: 'Hypertensive disorder' }],
      },
      onsetDateTime: '2020-07-01',
    },
    { code: text('Émphysème'), verificationStatus: { coding: [{ code: 'refuted' }] }, onsetDateTime: '2021' },
  ],
  Immunization: [{ vaccineCode: text('流感疫苗'), occurrenceDateTime: '9999-12-31', status: 'completed' }],
  Encounter: [{ period: { start: '2024-03-05T09:00:00Z' }, reasonCode: [text('Cough')] }],
  DocumentReference: [{ description: 'Letter to the school', content: [] }],
}

const linesOf = (language: Language, query: object = {}) =>
  viewFrom('timeline', records, language, { query: { ...query } }).lines.map(
    ({ kind, name, value, date, status }) =>
      [date, kind, name, value, status].map((each) => each?.replaceAll('\u00a0', ' ') ?? '-').join(' | '),
  )

test('the timeline has everything, the newest first, in the words of the reader', () => {
  assert.deepEqual(linesOf('es'), [
    '9999-12-31 | immunization | 流感疫苗 | - | -',
    '2024-03-05T10:00:00Z | result | Azúcar en la sangre a largo plazo (hemoglobina A1c) | 5,4 % | -',
    '2024-03-05T09:00:00Z | visit | Consulta | Cough | -',
    '2024-03-04 | vital | Blood pressure | 120/80 mmHg | -',
    '2024-01 | result | Wrong one | - | Anotado por error, no cuenta',
    '2023 | result | Smoking | Never smoked | -',
    '2021 | condition | Émphysème | - | Descartado',
    '2020-07-01 | condition | Presión arterial alta | - | -',
    '- | document | Documento | Letter to the school | -',
  ])
})

test('filters narrow it, and what does not count is in no number', () => {
  assert.deepEqual(linesOf('en', { kind: 'condition', year: '2020' }), [
    '2020-07-01 | condition | High blood pressure | - | -',
  ])
  assert.equal(linesOf('en', { year: 'none' }).length, 1)
  const { kinds, years, total } = viewFrom('timeline', records, 'en', { query: { year: '2024' } })
  assert.deepEqual(
    kinds.map(({ value, count }) => `${value} ${count}`),
    ['visit 1', 'result 1', 'vital 1'],
  )
  assert.equal(total, 4)
  assert.deepEqual(
    years.map(({ value, count }) => `${value} ${count}`),
    ['9999 1', '2024 3', '2023 1', '2021 0', '2020 1', 'none 1'],
  )
})

test('it goes on where it ended, each line once, also where many have one moment', () => {
  const many = {
    Observation: Array.from({ length: 250 }, () => ({
      code: text('Pulse'),
      effectiveDateTime: '2024-01-01',
    })),
    Procedure: Array.from({ length: 60 }, () => ({ code: text('Dialysis') })),
  }
  const keys: string[] = []
  let after: string | undefined
  do {
    const { lines, next } = viewFrom('timeline', many, 'en', { query: after === undefined ? {} : { after } })
    keys.push(...lines.map(({ key }) => key))
    after = next
  } while (after !== undefined)
  assert.equal(keys.length, 310)
  assert.equal(new Set(keys).size, 310)
})

test('a place or filter that is none is refused', () => {
  const { query } = personPages.timeline
  for (const odd of [{ after: 'x' }, { kind: 'Observation' }, { year: '24' }, { page: '2' }])
    assert.equal(query?.safeParse(odd).success, false, JSON.stringify(odd))
  assert.equal(query?.safeParse({ after: '-5~Goal~a-1', kind: 'care', year: '2024' }).success, true)
})

const found = (q: string, language: Language = 'en') =>
  viewFrom('search', records, language, { query: { q } }).groups.flatMap(({ kind, lines }) =>
    lines.map(({ name }) => `${kind}: ${name}`),
  )

/** A question, its language, and what is found. */
const questions: ReadonlyArray<[question: string, language: Language, ...found: string[]]> = [
  ['hemo', 'en', 'result: Blood sugar, long-term (hemoglobin A1c)'],
  ['A1C hemoglobin', 'en', 'result: Blood sugar, long-term (hemoglobin A1c)'],
  ['globin', 'en'],
  ['4548-4', 'en', 'result: Blood sugar, long-term (hemoglobin A1c)'],
  ['5.4', 'en', 'result: Blood sugar, long-term (hemoglobin A1c)'],
  ['5,4', 'es', 'result: Azúcar en la sangre a largo plazo (hemoglobina A1c)'],
  ['high blood', 'en', 'condition: High blood pressure'],
  ['presion alta', 'es', 'condition: Presión arterial alta'],
  ['HYPERTENSIVE', 'es', 'condition: Presión arterial alta'],
  ['38341003', 'en', 'condition: High blood pressure'],
  ['emphyseme', 'en', 'condition: Émphysème'],
  ['never smoked', 'en', 'result: Smoking'],
  ['cough', 'en', 'visit: Visit'],
  ['school letter', 'en', 'document: Document'],
  ['疫苗', 'en', 'immunization: 流感疫苗'],
  ['July 2020', 'en', 'condition: High blood pressure'],
  ['julio de 2020', 'es', 'condition: Presión arterial alta'],
  ['2020-07', 'es', 'condition: Presión arterial alta'],
  ['march 2024 visit', 'en', 'visit: Visit'],
  ['"smoking"', 'en', 'result: Smoking'],
  ['.*', 'en'],
  ['constructor', 'en'],
  [' ', 'en'],
  ['', 'en'],
]

for (const [question, language, ...expected] of questions) {
  test(`a search for ${JSON.stringify(question)} in ${language}`, () => {
    assert.deepEqual(found(question, language), expected)
  })
}

test('what is called so comes before what mentions it, and an answer has a bound', () => {
  const many = {
    Observation: [
      { code: text('Pulse'), effectiveDateTime: '2025', note: [{ text: 'after asthma' }] },
      { code: text('Asthma score'), effectiveDateTime: '2020' },
      ...Array.from({ length: 50 }, () => ({ code: text('Asthma score'), effectiveDateTime: '2019' })),
    ],
  }
  const { groups, total } = viewFrom('search', many, 'en', { query: { q: 'asthma' } })
  assert.equal(total, 52)
  assert.equal(groups[0]?.count, 52)
  assert.equal(groups[0]?.lines.length, 20)
  assert.equal(groups[0]?.lines[0]?.date, '2020')
  assert.equal(personPages.search.query?.safeParse({ q: 'x'.repeat(101) }).success, false)
})

/** Page by page to the end. */
function* allLines(byType: Partial<Record<EntryType, object[]>>, language: Language) {
  let after: string | undefined
  do {
    const page = viewFrom('timeline', byType, language, { query: after === undefined ? {} : { after } })
    yield* page.lines
    after = page.next
  } while (after !== undefined)
}

test('no line of the demo or of Synthea is without a name, and nothing throws', () => {
  for (const resources of [demoResources(), syntheaResources(3) ?? []]) {
    const byType = Object.fromEntries(
      entryTypes.map((type) => [type, resources.filter(({ resourceType }) => resourceType === type)]),
    )
    for (const language of ['en', 'es'] as const)
      for (const { name, key } of allLines(byType, language))
        assert(name.length > 1 && !/^(Without a name|Sin nombre)/.test(name), `${key} ${name}`)
  }
})
