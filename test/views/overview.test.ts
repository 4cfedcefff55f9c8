import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Resource } from 'fhir/r4'
import type { EntryType } from '#server/views/views.ts'
import { demoResources, syntheaResources } from '../search/resources.ts'
import { viewFrom } from './view-from.ts'

const text = (words: string) => ({ text: words })
const coded = (code: string, system = 'http://snomed.info/sct') => ({ coding: [{ system, code }] })
const peanuts = {
  code: coded('762952008'),
  clinicalStatus: coded('active'),
  verificationStatus: coded('confirmed'),
}

/** The allergies of the record, and what the page says in English and in Spanish. */
const cases: Array<[what: string, records: object[], en: object, es: object]> = [
  ['nothing recorded is not "none"', [], { isUnknown: true }, { isUnknown: true }],
  [
    'no known allergies is a sentence and no allergy',
    [{ code: coded('716186003'), clinicalStatus: coded('active') }],
    { none: ['No known allergies'] },
    { none: ['Sin alergias conocidas'] },
  ],
  [
    'who has an allergy cannot have none; no allergy of one kind stays',
    [peanuts, { code: coded('716186003') }, { code: coded('409137002') }],
    { active: ['Peanuts'], none: ['No known allergies to medicines'] },
    { active: ['Cacahuates (maní)'], none: ['Sin alergias conocidas a medicamentos'] },
  ],
  [
    'dangerous ones first, with their reactions; the same one once',
    [
      { code: text('Cats'), reaction: [{ manifestation: [coded('76067001')], severity: 'mild' }] },
      { code: text('cats'), reaction: [{ manifestation: [text('Rash')] }] },
      {
        ...peanuts,
        criticality: 'high',
        reaction: [{ manifestation: [coded('39579001')], severity: 'severe' }],
      },
    ],
    {
      active: ['! Peanuts: Severe allergic reaction (anaphylaxis) (severe)', 'Cats: Sneezing (mild), Rash'],
    },
    {
      active: [
        '! Cacahuates (maní): Reacción alérgica grave (anafilaxia) (grave)',
        'Cats: Estornudos (leve), Rash',
      ],
    },
  ],
  [
    'refuted and entered in error are not shown, over is behind',
    [
      { ...peanuts, verificationStatus: coded('refuted') },
      { ...peanuts, verificationStatus: coded('entered-in-error') },
      { code: text('Milk'), clinicalStatus: coded('resolved') },
    ],
    { past: ['Milk'], isUnknown: true },
    { past: ['Milk'], isUnknown: true },
  ],
  [
    'wrong types',
    [{ code: 7, reaction: {}, criticality: [] }],
    { active: ['Without a name in the record'] },
    { active: ['Sin nombre en el historial'] },
  ],
]

for (const [what, records, en, es] of cases)
  test(`allergies: ${what}`, () => {
    for (const [language, expected] of [
      ['en', en],
      ['es', es],
    ] as const) {
      const { allergies } = viewFrom('overview', { AllergyIntolerance: records }, language)
      const lines = (list: typeof allergies.active) =>
        list.map(({ name, isDangerous, reactions }) =>
          [`${isDangerous ? '! ' : ''}${name}`, reactions.join(', ')].filter(Boolean).join(': '),
        )
      assert.deepEqual(
        { ...allergies, active: lines(allergies.active), past: lines(allergies.past) },
        { active: [], past: [], none: [], isUnknown: false, ...expected },
      )
    }
  })

const loinc = (code: string) => ({ code: coded(code, 'http://loinc.org'), status: 'final' })
const pressure = (upper: number, lower: number, effectiveDateTime: string) => ({
  ...{ ...loinc('85354-9'), effectiveDateTime },
  component: [
    { ...loinc('8480-6'), valueQuantity: { value: upper, unit: 'mm[Hg]' } },
    { ...loinc('8462-4'), valueQuantity: { value: lower, unit: 'mm[Hg]' } },
  ],
})
const weight = (value: number, effectiveDateTime: string, status = 'final') => ({
  ...{ ...loinc('29463-7'), status, effectiveDateTime, valueQuantity: { value, unit: 'kg' } },
})

test('the latest values say where they go, and leave out what was entered by mistake', () => {
  const Observation = [
    pressure(120, 80, '2025-01-01'),
    pressure(133.4, 86, '2026-01-01'),
    weight(70.004, '2025-01-01'),
    weight(70, '2026-01-01'),
    weight(700, '2026-02-01', 'entered-in-error'),
    { ...loinc('4548-4'), effectiveDateTime: '2026-03-01', valueQuantity: { value: 6.6, unit: '%' } },
    { ...loinc('85354-9'), effectiveDateTime: '2026-05-01' },
  ]
  const lines = (language: 'en' | 'es') =>
    viewFrom('overview', { Observation }, language).vitals.map(({ name, value, before }) =>
      [name, value, before?.trend, before?.value].filter(Boolean).join(' | ').replaceAll('\u00a0', ' '),
    )
  assert.deepEqual(lines('en'), [
    'Blood pressure | 133/86 mmHg | higher | 120/80 mmHg',
    'Weight | 70 kg | same | 70 kg',
    'Long-term blood sugar (A1c) | 6.6 %',
  ])
  assert.deepEqual(lines('es')[2], 'Azúcar en sangre a largo plazo (A1c) | 6,6 %')
})

test('what came last into the record, and of the first visit what happened last', () => {
  const meta = (lastUpdated: string) => ({ meta: { lastUpdated } })
  const { news } = viewFrom(
    'overview',
    {
      Condition: [
        { code: text('Old, came late'), onsetDateTime: '2001', ...meta('2026-05-02T00:00:00Z') },
        { code: text('To come'), onsetDateTime: '2027-01-01', ...meta('2026-04-01T00:00:00Z') },
      ],
      DiagnosticReport: [
        { code: text('Blood count'), effectiveDateTime: '2026-05-01', ...meta('2026-05-01T00:00:00Z') },
        { code: text('Wrong'), status: 'entered-in-error', ...meta('2026-05-03T00:00:00Z') },
      ],
      Medication: [{ code: text('Amoxicillin') }],
      MedicationRequest: [
        {
          medicationReference: { reference: 'Medication/0000' },
          authoredOn: '2026-03-01',
          ...meta('2026-03-01T00:00:00Z'),
        },
      ],
    },
    'en',
  )
  assert.deepEqual(
    news.arrived.map(({ name, kind, arrived }) => `${name} | ${kind} | ${arrived.slice(0, 10)}`),
    [
      'Old, came late | Condition | 2026-05-02',
      'Blood count | Result | 2026-05-01',
      'To come | Condition | 2026-04-01',
      'Amoxicillin | Prescription | 2026-03-01',
    ],
  )
  assert.deepEqual(
    news.latest.map(({ name }) => name),
    ['Blood count', 'Amoxicillin', 'Old, came late'],
  )
})

test('a few of each page: current medicines, active conditions, what is due, the next and the last visit', () => {
  const conditions = Array.from({ length: 8 }, (_, index) => ({ code: text(`Condition ${index}`) }))
  const view = viewFrom(
    'overview',
    {
      Patient: [{ birthDate: '1980-01-01' }],
      Condition: [...conditions, { code: text('Past'), clinicalStatus: coded('resolved') }],
      MedicationRequest: [{ status: 'active', intent: 'order', medicationCodeableConcept: text('Aspirin') }],
      Encounter: [
        { status: 'planned', period: { start: '2027-01-01' }, type: [text('Later')] },
        { status: 'planned', period: { start: '2026-07-01' }, type: [text('Next')] },
        { status: 'cancelled', period: { start: '2026-05-20' }, type: [text('Cancelled')] },
        { status: 'finished', period: { start: '2026-05-01' }, type: [text('Last')] },
      ],
    },
    'en',
  )
  assert.deepEqual([view.conditions.lines.length, view.conditions.count], [5, 8])
  assert.deepEqual(
    view.medicines.lines.map(({ name }) => name),
    ['Aspirin'],
  )
  assert.deepEqual(
    view.due?.map(({ id }) => id),
    ['tetanus', 'influenza'],
  )
  assert.deepEqual([view.next?.name, view.last?.name], ['Next', 'Last'])
})

test('nothing, and each person of the demo and of Synthea', () => {
  const empty = viewFrom('overview', {}, 'es')
  assert.deepEqual([empty.due, empty.next, empty.last, empty.vitals], [undefined, undefined, undefined, []])
  const resources: Resource[] = [...demoResources(), ...(syntheaResources(20) ?? [])]
  const ofPerson = Map.groupBy(resources, (resource) => {
    const { subject, patient } = resource as {
      subject?: { reference?: string }
      patient?: { reference?: string }
    }
    return resource.resourceType === 'Patient' ? `Patient/${resource.id}` : (subject ?? patient)?.reference
  })
  for (const [person, records] of ofPerson) {
    if (!person?.startsWith('Patient/')) continue
    const byType = Object.fromEntries(Map.groupBy(records, ({ resourceType }) => resourceType))
    const view = viewFrom('overview', byType as Partial<Record<EntryType, object[]>>, 'es')
    const names = [...view.allergies.active, ...view.news.latest, ...view.conditions.lines, ...view.vitals]
    for (const { name } of names) assert(name && !/unknown|\(disorder\)|\(finding\)/.test(name), name)
  }
})

test('a code that every object of JavaScript has is no word: "constructor", "toString"', () => {
  const odd = coded('constructor')
  const records = {
    Encounter: [{ status: 'constructor', class: { code: 'toString' }, period: { start: '2026-01-01' } }],
    AllergyIntolerance: [
      {
        code: text('x'),
        type: 'valueOf',
        reaction: [{ manifestation: [text('y')], severity: 'constructor' }],
      },
      { code: coded('toString') },
    ],
    Condition: [{ code: text('x'), clinicalStatus: odd }],
    Procedure: [{ code: text('x'), status: 'constructor' }],
    Goal: [{ description: text('x'), lifecycleStatus: 'constructor' }],
    MedicationRequest: [
      {
        ...{ status: 'constructor', intent: 'order', medicationCodeableConcept: text('x') },
        dosageInstruction: [
          {
            timing: { repeat: { period: 1, periodUnit: 'valueOf', when: ['toString'] } },
            doseAndRate: [{ doseQuantity: { value: 1, unit: 'constructor', code: 'toString' } }],
          },
        ],
      },
    ],
  }
  for (const page of ['overview', 'visits', 'medicines', 'conditions', 'care'] as const)
    assert.doesNotMatch(JSON.stringify(viewFrom(page, records, 'en')), /native code|function/, page)
})
