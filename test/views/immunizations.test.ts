import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Immunization, Patient, Resource } from 'fhir/r4'
import { demoResources, syntheaResources } from '../search/resources.ts'
import { viewFrom } from './view-from.ts'

const cvx = 'http://hl7.org/fhir/sid/cvx'
const now = new Date('2026-11-28T12:00:00Z')

const given = (code: string, occurrenceDateTime?: string, more: object = {}) => ({
  ...{ status: 'completed', vaccineCode: { coding: [{ system: cvx, code }] }, occurrenceDateTime },
  ...more,
})

function view(birthDate: string | undefined, records: object[], language: 'en' | 'es' = 'en', patient = {}) {
  return viewFrom(
    'immunizations',
    { Patient: [{ birthDate, ...patient }], Immunization: records },
    language,
    { now },
  )
}

const dueText = ({ due }: ReturnType<typeof view>) =>
  due?.map(({ id, state, date, dose }) =>
    [id, state, date, dose && `${dose.number}/${dose.of}`].filter((each) => each !== undefined).join(' '),
  )

/** One row of the grid: number, state and date of each dose, by the name of its age. */
function row(shown: ReturnType<typeof view>, id: string): string[] {
  const cells = shown.schedule?.rows.find((each) => each.id === id)?.cells ?? []
  return cells.flatMap((doses, index) =>
    doses.map(
      (dose) =>
        `${shown.schedule?.ages[index]?.id} ${dose.number} ${dose.state} ${'date' in dose ? dose.date : ''}`,
    ),
  )
}

test('a combination vaccine stands with each of its diseases; names are those that people say', () => {
  const records = [given('146', '2025-03-01', { lotNumber: 'L1' }), given('3', '2026-02-01')]
  const en = view('2025-01-01', records)
  const dosesOf = (id: string) => en.diseases.find((each) => each.id === id)?.doses.length
  for (const id of ['diphtheria', 'tetanus', 'pertussis', 'polio', 'hib', 'hepatitisB', 'measles', 'mumps'])
    assert.equal(dosesOf(id), 1, id)
  assert.deepEqual(
    en.doses.map(({ name, date, lot }) => [name, date, lot]),
    [
      ['Measles, mumps and rubella vaccine (MMR)', '2026-02-01', undefined],
      ['Diphtheria, tetanus, whooping cough, polio, Hib and hepatitis B vaccine', '2025-03-01', 'L1'],
    ],
  )
  const es = view('2025-01-01', records, 'es')
  assert.equal(es.doses[0]?.name, 'Vacuna contra sarampión, paperas y rubéola (triple viral)')
  assert.deepEqual(
    es.diseases.slice(0, 3).map(({ name }) => name),
    ['Difteria', 'Haemophilus influenzae tipo b (Hib)', 'Hepatitis B'],
  )
})

test('what was not given, entered by mistake or too weak is said and does not count', () => {
  const records = [
    given('21', '2026-01-05', { status: 'not-done', statusReason: { text: 'Parent declined' } }),
    given('21', '2026-01-04', { status: 'entered-in-error' }),
    given('21', '2026-01-03', { isSubpotent: true }),
  ]
  const en = view('2025-01-01', records)
  assert.deepEqual([en.doses, en.diseases], [[], []])
  assert.deepEqual(
    en.notCounted.map(({ name, status }) => `${name}: ${status}`),
    [
      'Chickenpox vaccine: Not given: Parent declined',
      'Chickenpox vaccine: Entered by mistake',
      'Chickenpox vaccine: The dose was too weak',
    ],
  )
  assert.equal(view('2025-01-01', records, 'es').notCounted[1]?.status, 'Anotada por error')
  assert.deepEqual(row(en, 'varicella'), ['oneYear 1 late 2026-05-01', 'fourYears 2 coming 2029-01-01'])
})

test('a vaccine without a code that we know counts for the diseases that the record names', () => {
  const target = (code: string) => ({
    targetDisease: [{ coding: [{ system: 'http://snomed.info/sct', code }] }],
  })
  const { diseases, others } = view('1980-01-01', [
    { ...given('99999', '2024-01-01'), protocolApplied: [target('14168008')] },
    { vaccineCode: { text: 'Mystery' }, occurrenceString: 'in childhood' },
  ])
  assert.deepEqual(
    diseases.map(({ name }) => name),
    ['Rabies'],
  )
  assert.deepEqual(others, ['0001'])
})

test('the grid of a toddler: done, due, late and coming', () => {
  const shown = view('2025-08-28', [
    given('08', '2025-08-28'),
    given('08', '2025-10-01'),
    given('116', '2025-10-28'),
    given('20', '2025-10-28'),
    given('20', '2025-12-28T23:30:00-05:00'),
    given('140', '2026-10-01'),
  ])
  assert.deepEqual(row(shown, 'hepatitisB'), [
    'birth 1 done 2025-08-28',
    'twoMonths 2 done 2025-10-01',
    'sixMonths 3 due 2026-02-28',
  ])
  // Too old for it since eight months.
  assert.deepEqual(row(shown, 'rotavirus'), [
    'twoMonths 1 done 2025-10-28',
    'fourMonths 2 notNeeded ',
    'sixMonths 3 notNeeded ',
  ])
  assert.deepEqual(row(shown, 'dtap').slice(1, 4), [
    'fourMonths 2 done 2025-12-28T23:30:00-05:00',
    'sixMonths 3 late 2026-03-28',
    'oneAndAHalf 4 due 2026-11-28',
  ])
  assert.deepEqual(row(shown, 'mmr'), ['oneYear 1 due 2026-08-28', 'fourYears 2 coming 2029-08-28'])
  assert.deepEqual(row(shown, 'tdap'), ['elevenYears 1 coming 2036-08-28'])
  assert.equal(shown.schedule?.flu.state, 'done')
  assert.deepEqual(dueText(shown)?.slice(0, 2), ['dtap late 2026-03-28 3/5', 'hib late 2025-11-28 1/4'])
  assert(dueText(shown)?.includes('mmr due 2026-08-28 1/2'))
  assert(!dueText(shown)?.some((each) => each.startsWith('influenza')))
})

/** The series, the birth date, the doses, and what the last dose is. */
const rules: Array<[what: string, series: string, birth: string, doses: object[], last: string | undefined]> =
  [
    [
      'rotavirus of two doses is complete',
      'rotavirus',
      '2026-04-01',
      [given('119', '2026-06-01'), given('119', '2026-08-01')],
      'fourMonths 2 done 2026-08-01',
    ],
    [
      'Hib of three doses has no dose at six months',
      'hib',
      '2025-01-01',
      ['2025-03-01', '2025-05-01', '2026-01-01'].map((date) => given('49', date)),
      'oneYear 3 done 2026-01-01',
    ],
    [
      'one late dose of Hib is enough',
      'hib',
      '2024-01-01',
      [given('48', '2025-06-01')],
      'oneYear 4 notNeeded ',
    ],
    [
      'four doses of DTaP are enough when the last was given with four years',
      'dtap',
      '2019-01-01',
      ['2019-03-01', '2019-05-01', '2019-07-01', '2023-02-01'].map((date) => given('20', date)),
      'fourYears 5 notNeeded ',
    ],
    [
      'a last dose that came too early does not end the series',
      'polio',
      '2019-01-01',
      ['2019-03-01', '2019-05-01', '2019-07-01', '2020-02-01'].map((date) => given('10', date)),
      'fourYears 4 late 2026-01-01',
    ],
    [
      'up to four days early counts',
      'mmr',
      '2025-01-10',
      [given('03', '2026-01-06')],
      'fourYears 2 coming 2029-01-10',
    ],
    [
      'more than four days early does not',
      'mmr',
      '2025-06-10',
      [given('03', '2026-06-05')],
      'oneYear 1 late 2026-10-10',
    ],
    [
      'two records of one day are one dose',
      'varicella',
      '2021-01-01',
      [given('21', '2022-02-01'), given('21', '2022-02-01T09:00:00Z')],
      'fourYears 2 due 2025-01-01',
    ],
    [
      'the second dose of hepatitis A waits six months',
      'hepatitisA',
      '2024-12-01',
      [given('83', '2026-10-15')],
      'oneAndAHalf 2 coming 2027-04-15',
    ],
    [
      'who begins HPV at fifteen gets three doses',
      'hpv',
      '2011-01-01',
      [given('165', '2026-09-01'), given('165', '2026-10-15')],
      'sixteenYears 3 coming 2027-03-15',
    ],
    [
      'one dose of MenACWY with sixteen is enough',
      'meningococcal',
      '2009-01-01',
      [given('114', '2025-02-01')],
      'sixteenYears 2 notNeeded ',
    ],
    [
      'a booster of Tdap is no dose for small children',
      'tdap',
      '2014-01-01',
      [given('20', '2014-03-01'), given('115', '2025-03-01')],
      'elevenYears 1 done 2025-03-01',
    ],
    ['a dose without date counts', 'varicella', '2022-01-01', [given('21')], 'fourYears 2 due 2026-01-01'],
  ]
for (const [what, series, birth, doses, last] of rules)
  test(`the schedule: ${what}`, () => {
    const states = row(view(birth, doses), series)
    const shown = last?.startsWith('oneYear 1') ? states[0] : states.at(-1)
    assert.equal(shown, last, states.join('; '))
  })

test('adults: flu each season, tetanus every ten years, nothing else', () => {
  assert.deepEqual(dueText(view('1980-05-05', [])), ['tetanus due', 'influenza due 2026-09-01'])
  const boosted = [given('113', '2014-02-03'), given('140', '2026-09-20')]
  assert.deepEqual(dueText(view('1980-05-05', boosted)), ['tetanus due 2024-02-03'])
  assert.deepEqual(dueText(view('1980-05-05', [given('115', '2020-01-01'), given('140', '2026-07-02')])), [])
  assert.equal(view('1980-05-05', []).schedule, undefined)
  // In summer nothing is due yet.
  const summer = viewFrom(
    'immunizations',
    { Patient: [{ birthDate: '1980-05-05' }], Immunization: [given('115', '2020-01-01')] },
    'en',
    { now: new Date('2026-08-01T12:00:00Z') },
  )
  assert.deepEqual(summer.due, [])
})

test('no schedule without a whole date of birth, before it, or after death', () => {
  for (const [birthDate, patient] of [
    [undefined, {}],
    ['2020', {}],
    ['2020-05', {}],
    ['9999-01-01', {}],
    ['2020-01-01', { deceasedBoolean: true }],
    ['2020-01-01', { deceasedDateTime: '2024' }],
  ] as const)
    assert.deepEqual(
      [view(birthDate, [given('03', '2022-01-01')], 'en', patient)].map(({ due, schedule }) => [
        due,
        schedule,
      ]),
      [[undefined, undefined]],
    )
})

test('a dose of a day to come is no dose yet', () => {
  assert.deepEqual(
    row(view('2025-01-01', [given('21', '2027-01-01')]), 'varicella')[0],
    'oneYear 1 late 2026-05-01',
  )
})

test('nothing, and nothing as it should be', () => {
  const odd = [
    { status: 7, vaccineCode: 'x', occurrenceDateTime: '9999-99-99', protocolApplied: 1, lotNumber: [] },
    given('03', '9999-12-31'),
    given('03', '1901'),
    { vaccineCode: { coding: [{ system: cvx, code: '<script>' }], text: '<script>' } },
  ]
  for (const language of ['en', 'es'] as const) {
    const shown = view('2020-01-01', odd, language)
    assert.equal(shown.doses.length, 4)
    for (const { name } of shown.doses) assert(name)
    assert.equal(viewFrom('immunizations', {}, language).due, undefined)
  }
})

test('each dose of the demo and of Synthea has a plain name and its diseases', () => {
  const resources: Resource[] = [...demoResources(), ...(syntheaResources(100) ?? [])]
  const doses = resources.filter((each): each is Immunization => each.resourceType === 'Immunization')
  const codes = doses.flatMap(({ vaccineCode }) =>
    (vaccineCode.coding ?? []).flatMap(({ system, code = '' }) => (system === cvx ? [code] : [])),
  )
  const bare = view(
    '1980-01-01',
    [...new Set(codes)].map((code) => given(code, '2020-01-01')),
  )
  assert(bare.doses.length > 10)
  assert.deepEqual(bare.others, [])
  assert(!bare.doses.some(({ name }) => name === 'Vaccine without a name in the record'))
  const ofPerson = Map.groupBy(doses, ({ patient }) => patient.reference)
  for (const patient of resources.filter((each): each is Patient => each.resourceType === 'Patient')) {
    const records = { Patient: [patient], Immunization: ofPerson.get(`Patient/${patient.id}`) ?? [] }
    const shown = viewFrom('immunizations', records, 'es', { now })
    assert.equal(shown.doses.length + shown.notCounted.length, records.Immunization.length)
  }
})
