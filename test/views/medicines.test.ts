import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EntryType } from '#server/views/views.ts'
import { viewFrom } from './view-from.ts'

type Records = Partial<Record<EntryType, object[]>>

const lisinopril = { medicationCodeableConcept: { text: 'Lisinopril 10 mg tablet' } }
const daily = {
  timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } },
  doseAndRate: [{ doseQuantity: { value: 1, unit: 'tablet' } }],
}

/** The records, and the lines of the page in English and in Spanish. */
const cases: Array<[what: string, records: Records, en: object, es?: object]> = [
  ['no record', {}, {}],
  [
    'one line for all prescriptions of a medicine; the latest says how it is taken',
    {
      MedicationRequest: [
        {
          ...lisinopril,
          status: 'completed',
          intent: 'order',
          authoredOn: '2024-01-01',
          dosageInstruction: [{ text: 'Old' }],
        },
        {
          ...lisinopril,
          status: 'active',
          intent: 'order',
          authoredOn: '2025-01-01',
          dosageInstruction: [daily],
          dispenseRequest: { numberOfRepeatsAllowed: 3 },
        },
      ],
      MedicationDispense: [{ ...lisinopril, status: 'completed', whenHandedOver: '2025-02-01T10:00:00Z' }],
    },
    {
      current: [
        'Lisinopril 10 mg tablet | 1 tablet, once a day | since 2024-01-01 | refills 3 | handed 2025-02-01T10:00:00Z | x3',
      ],
    },
    {
      current: [
        'Lisinopril 10 mg tablet | 1 tablet, una vez al día | since 2024-01-01 | refills 3 | handed 2025-02-01T10:00:00Z | x3',
      ],
    },
  ],
  [
    'a later entry ends an older prescription that nobody ended',
    {
      MedicationRequest: [{ ...lisinopril, status: 'active', intent: 'order', authoredOn: '2020-01-01' }],
      MedicationStatement: [
        {
          ...lisinopril,
          status: 'stopped',
          effectivePeriod: { start: '2020-01-01', end: '2021-01-01' },
          dateAsserted: '2021-01-01',
        },
      ],
    },
    { past: ['Lisinopril 10 mg tablet | Stopped | since 2020-01-01 | x2'] },
    { past: ['Lisinopril 10 mg tablet | Suspendido | since 2020-01-01 | x2'] },
  ],
  [
    'a Medication that the record refers to, one inside the record, and one with a name alone',
    {
      Medication: [{ code: { text: 'Metformin 500 mg' } }],
      MedicationRequest: [
        {
          status: 'active',
          intent: 'order',
          medicationReference: { reference: 'Medication/0000' },
          authoredOn: '2024-03-01',
        },
        {
          status: 'active',
          intent: 'order',
          contained: [{ resourceType: 'Medication', id: 'm', code: { text: 'Aspirin' } }],
          medicationReference: { reference: '#m' },
          authoredOn: '2024-02-01',
        },
        {
          status: 'active',
          intent: 'order',
          medicationReference: { display: 'Zinc' },
          authoredOn: '2024-01-01',
        },
      ],
    },
    {
      current: [
        'Metformin 500 mg | since 2024-03-01',
        'Aspirin | since 2024-02-01',
        'Zinc | since 2024-01-01',
      ],
    },
  ],
  [
    'what was entered by mistake, is not taken, or is only a proposal',
    {
      MedicationRequest: [
        { ...lisinopril, status: 'entered-in-error', intent: 'order' },
        { medicationCodeableConcept: { text: 'Vitamin D' }, status: 'active', intent: 'proposal' },
      ],
      MedicationStatement: [{ medicationCodeableConcept: { text: 'Ibuprofen' }, status: 'not-taken' }],
    },
    { notCounted: ['Lisinopril 10 mg tablet | Entered by mistake', 'Ibuprofen | Not taken', 'Vitamin D'] },
    { notCounted: ['Lisinopril 10 mg tablet | Anotado por error', 'Ibuprofen | No se toma', 'Vitamin D'] },
  ],
  [
    'wrong types and no name',
    {
      MedicationRequest: [
        { status: 7, medicationCodeableConcept: [], dosageInstruction: {}, dispenseRequest: 1, note: 'x' },
      ],
    },
    { past: ['Without a name in the record'] },
    { past: ['Sin nombre en el historial'] },
  ],
]

for (const [what, records, en, es = en] of cases) {
  test(`medicines: ${what}`, () => {
    for (const [language, expected] of [
      ['en', en],
      ['es', es],
    ] as const) {
      const view = viewFrom('medicines', records, language)
      const lines = Object.fromEntries(
        (['current', 'past', 'notCounted'] as const).map((part) => [part, view[part].map(lineText)]),
      )
      assert.deepEqual(lines, { current: [], past: [], notCounted: [], ...expected })
    }
  })
}

/** "As needed for", "every 8 hours" and the like. */
test('how a medicine is taken is said in the words of the language', () => {
  const dosages: Array<[dosage: object, en: string, es: string]> = [
    [
      { text: 'One at bedtime', patientInstruction: 'Take one when you go to bed' },
      'Take one when you go to bed',
      'Take one when you go to bed',
    ],
    [{ timing: { code: { coding: [{ code: 'BID' }] } } }, 'twice a day', 'dos veces al día'],
    [
      { timing: { repeat: { frequency: 1, period: 8, periodUnit: 'h' } }, asNeededBoolean: true },
      'every 8 hours, as needed',
      'cada 8 horas, si lo necesita',
    ],
    [
      { timing: { repeat: { frequency: 3, period: 1, periodUnit: 'wk', when: ['MORN'] } } },
      '3 times every week, in the morning',
      '3 veces cada semana, por la mañana',
    ],
    [{ asNeededCodeableConcept: { text: 'pain' } }, 'as needed for pain', 'si lo necesita para: pain'],
  ]
  for (const [dosage, en, es] of dosages) {
    const records = {
      MedicationRequest: [{ ...lisinopril, status: 'active', intent: 'order', dosageInstruction: [dosage] }],
    }
    assert.equal(viewFrom('medicines', records, 'en').current[0]?.dose, en)
    assert.equal(viewFrom('medicines', records, 'es').current[0]?.dose, es)
  }
})

function lineText(line: ReturnType<typeof viewFrom<'medicines'>>['current'][number]): string {
  const { name, dose, status, since, refills, handedOut, times } = line
  return [
    name,
    status,
    dose?.replaceAll('\u00a0', ' '),
    since && `since ${since}`,
    refills === undefined ? undefined : `refills ${refills}`,
    handedOut && `handed ${handedOut}`,
    times > 1 ? `x${times}` : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(' | ')
}
