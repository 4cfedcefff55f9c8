import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Resource } from 'fhir/r4'
import { demoResources, syntheaResources } from '../search/resources.ts'
import { viewFrom } from './view-from.ts'

const text = (words: string) => ({ text: words })
const type = (code: string, display?: string) => [
  { coding: [{ system: 'http://snomed.info/sct', code, display }] },
]
const visit = (status: string, start: string | undefined, more: object = {}) => ({
  ...{ status, class: { code: 'AMB' }, period: { start } },
  ...more,
})

/** The records, and the lines of the page in English and in Spanish. */
const cases: Array<[what: string, records: object[], en: object, es: object]> = [
  ['no record', [], {}, {}],
  [
    'what kind, when, where, with whom and why; the newest first',
    [
      visit('finished', '2024-01-05T10:00:00Z', {
        type: type('390906007', 'Follow-up encounter'),
        participant: [{ individual: { display: 'Dr. Lee' } }],
        location: [{ location: { display: 'Maple Street' } }],
        reasonCode: [text('Cough')],
      }),
      visit('finished', '2025-03-01', {
        class: { code: 'EMER' },
        serviceProvider: { display: 'City Hospital' },
      }),
    ],
    {
      visits: [
        'Emergency room | 2025-03-01 | City Hospital',
        'Follow-up visit | Visit at the practice | 2024-01-05T10:00:00Z | Maple Street | Dr. Lee | Cough',
      ],
    },
    {
      visits: [
        'Urgencias | 2025-03-01 | City Hospital',
        'Consulta de seguimiento | Consulta en el consultorio | 2024-01-05T10:00:00Z | Maple Street | Dr. Lee | Cough',
      ],
    },
  ],
  [
    'coming visits apart, the next one first; cancelled and never confirmed ones said; mistakes do not count',
    [
      visit('planned', '2026-09-01'),
      visit('planned', '2026-06-01T08:00:00Z'),
      visit('planned', '2026-05-01'),
      visit('cancelled', '2026-08-01'),
      visit('entered-in-error', '2026-01-01'),
      visit('in-progress', '2026-06-01'),
    ],
    {
      coming: ['Visit at the practice | 2026-06-01T08:00:00Z', 'Visit at the practice | 2026-09-01'],
      visits: [
        'Visit at the practice | Cancelled | 2026-08-01',
        'Visit at the practice | Under way | 2026-06-01',
        'Visit at the practice | Was planned; the record does not say whether it took place | 2026-05-01',
      ],
      notCounted: ['Visit at the practice | Entered by mistake | 2026-01-01'],
    },
    {
      coming: [
        'Consulta en el consultorio | 2026-06-01T08:00:00Z',
        'Consulta en el consultorio | 2026-09-01',
      ],
      visits: [
        'Consulta en el consultorio | Cancelada | 2026-08-01',
        'Consulta en el consultorio | En curso | 2026-06-01',
        'Consulta en el consultorio | Estaba prevista; el historial no dice si tuvo lugar | 2026-05-01',
      ],
      notCounted: ['Consulta en el consultorio | Anotada por error | 2026-01-01'],
    },
  ],
  [
    'wrong types, raw codes and no date',
    [{ class: 7, type: {}, period: 'x', participant: 1, status: [] }, { type: type('999999', '999999') }],
    { visits: ['Visit', 'Visit'] },
    { visits: ['Consulta', 'Consulta'] },
  ],
]

for (const [what, records, en, es] of cases)
  test(`visits: ${what}`, () => {
    for (const [language, expected] of [
      ['en', en],
      ['es', es],
    ] as const) {
      const view = viewFrom('visits', { Encounter: records }, language)
      const lines = Object.fromEntries(
        (['coming', 'visits', 'notCounted'] as const).map((part) => [part, view[part].map(lineText)]),
      )
      assert.deepEqual(lines, { coming: [], visits: [], notCounted: [], ...expected })
    }
  })

function lineText(line: ReturnType<typeof viewFrom<'visits'>>['visits'][number]): string {
  const { name, kind, status, start, place, people, reasons } = line
  return [name, kind, status, start, place, ...people, ...reasons]
    .filter((each) => each !== undefined)
    .join(' | ')
}

test('what belongs to a visit stands behind it, without what does not count', () => {
  const encounter = { reference: 'Encounter/0000' }
  const lab = { category: [{ coding: [{ code: 'laboratory' }] }], encounter, status: 'final' }
  const { visits } = viewFrom(
    'visits',
    {
      Encounter: [visit('finished', '2025-01-01'), visit('finished', '2024-01-01')],
      Condition: [
        { code: text('Flu'), encounter },
        { code: text('Gout'), encounter, verificationStatus: { coding: [{ code: 'refuted' }] } },
      ],
      Procedure: [
        { code: text('X-ray'), status: 'completed', encounter },
        { code: text('Surgery'), status: 'not-done', encounter },
      ],
      Observation: [lab, lab, { ...lab, status: 'entered-in-error' }],
      DocumentReference: [
        { type: text('Visit note'), status: 'current', context: { encounter: [encounter] } },
      ],
      Medication: [{ code: text('Amoxicillin') }],
      MedicationRequest: [
        { status: 'active', medicationReference: { reference: 'Medication/0000' }, encounter },
      ],
      Immunization: [{ status: 'completed', vaccineCode: text('Flu vaccine'), encounter }],
    },
    'en',
  )
  const [first, second] = visits
  assert(first && second)
  const { conditions, procedures, prescriptions, immunizations, documents, results } = first
  assert.deepEqual(
    [conditions, procedures, prescriptions, immunizations, documents, results],
    [['Flu'], ['X-ray'], ['Amoxicillin'], ['Flu vaccine'], ['Visit note'], 2],
  )
  assert.deepEqual([second.conditions, second.results], [[], 0])
})

test('each visit of the demo and of Synthea says in plain words what kind it was', () => {
  const resources: Resource[] = [...demoResources(), ...(syntheaResources(100) ?? [])]
  const Encounter = resources.filter(({ resourceType }) => resourceType === 'Encounter')
  for (const language of ['en', 'es'] as const) {
    const { visits } = viewFrom('visits', { Encounter }, language)
    assert(visits.length > 100)
    for (const { name, id } of visits)
      assert.doesNotMatch(name, /encounter|\(procedure\)|\(finding\)|unknown/i, id)
  }
})
