import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Condition, Resource } from 'fhir/r4'
import { findPlainName } from '#words/plain-names/plain-names.ts'
import { demoResources, syntheaResources } from '../search/resources.ts'
import { viewFrom } from './view-from.ts'

const code = (text: string) => ({ text })
const status = (clinical: string, verification = 'confirmed') => ({
  clinicalStatus: { coding: [{ code: clinical }] },
  verificationStatus: { coding: [{ code: verification }] },
})

const asthma = {
  code: { coding: [{ system: 'http://snomed.info/sct', code: '195967001', display: 'Asthma (disorder)' }] },
}

/** The records, and what the page says of them in English and in Spanish. */
const cases: Array<[what: string, records: object[], en: object, es: object]> = [
  ['no record', [], {}, {}],
  [
    'the word that people say, and the clinical one beside it when it is another',
    [
      { ...asthma, ...status('active'), onsetDateTime: '2012-03' },
      { code: code('Odd thing (finding)'), ...status('active'), onsetDateTime: '2011' },
      { code: code('Myopia (both eyes)'), ...status('active'), onsetDateTime: '2010' },
    ],
    { active: ['Asthma | 2012-03', 'Odd thing | 2011', 'Myopia (both eyes) | 2010'] },
    { active: ['Asma | Asthma | 2012-03', 'Odd thing | 2011', 'Myopia (both eyes) | 2010'] },
  ],
  [
    'one line for what many visits noted, active while one of them is',
    [
      { code: code('Cold'), ...status('resolved'), onsetDateTime: '2020' },
      { code: code('cold'), ...status('active'), onsetDateTime: '2019' },
    ],
    { active: ['cold | 2019 | x2'] },
    { active: ['cold | 2019 | x2'] },
  ],
  [
    'what is past, refuted or entered in error',
    [
      {
        code: code('Flu'),
        ...status('resolved'),
        onsetDateTime: '2021-01-02',
        abatementDateTime: '2021-01-09',
      },
      { code: code('Measles'), ...status('active', 'refuted') },
      { code: code('Gout'), verificationStatus: { coding: [{ code: 'entered-in-error' }] } },
      { code: code('Lupus'), ...status('active', 'provisional') },
    ],
    {
      active: ['Lupus | Not confirmed yet'],
      past: ['Flu | Resolved | 2021-01-02 - 2021-01-09'],
      notCounted: ['Measles | Ruled out', 'Gout | Entered by mistake'],
    },
    {
      active: ['Lupus | Sin confirmar'],
      past: ['Flu | Resuelta | 2021-01-02 - 2021-01-09'],
      notCounted: ['Measles | Descartada', 'Gout | Anotada por error'],
    },
  ],
  [
    'codes without words, "unknown" and wrong types',
    [
      {
        code: {
          coding: [{ system: 'http://snomed.info/sct', code: '999', display: '999' }],
          text: 'unknown',
        },
      },
      { code: 7, clinicalStatus: 'active', onsetDateTime: '9999-99-99' },
      { code: { text: '<script>alert(1)</script>' }, onsetDateTime: '9999-12-31' },
    ],
    {
      active: [
        'Without a name in the record',
        'Without a name in the record',
        '<script>alert(1)</script> | 9999-12-31',
      ],
    },
    {
      active: [
        'Sin nombre en el historial',
        'Sin nombre en el historial',
        '<script>alert(1)</script> | 9999-12-31',
      ],
    },
  ],
]

for (const [what, records, en, es] of cases) {
  test(`conditions: ${what}`, () => {
    assert.deepEqual(linesOf(records, 'en'), { active: [], past: [], notCounted: [], ...en })
    assert.deepEqual(linesOf(records, 'es'), { active: [], past: [], notCounted: [], ...es })
  })
}

function linesOf(records: object[], language: 'en' | 'es') {
  const view = viewFrom('conditions', { Condition: records }, language)
  return Object.fromEntries(
    (['active', 'past', 'notCounted'] as const).map((part) => [
      part,
      view[part]
        .toSorted((one, other) => (one.id < other.id ? -1 : 1))
        .map(({ name, clinical, status: said, since, until, times }) =>
          [name, clinical, said, until ? `${since} - ${until}` : since, times > 1 ? `x${times}` : undefined]
            .filter((each) => each !== undefined)
            .join(' | '),
        ),
    ]),
  )
}

test('the conditions of the demo, in each of their codes, and the sixty most frequent of Synthea have a plain name', () => {
  const ofDemo = codingsOf(demoResources())
  assert(ofDemo.length > 20)
  assert.deepEqual(withoutName(ofDemo), [])
  const ofSynthea = codingsOf(syntheaResources(100) ?? [])
  const counts = [...Map.groupBy(ofSynthea, ({ code }) => code).values()]
  const frequent = counts.toSorted((one, other) => other.length - one.length).slice(0, 60)
  assert.deepEqual(withoutName(frequent.flatMap(([coding]) => coding ?? [])), [])
})

function codingsOf(resources: readonly Resource[]) {
  const conditions = resources.filter((each): each is Condition => each.resourceType === 'Condition')
  return conditions.flatMap(({ code }) =>
    (code?.coding ?? []).map((coding) => ({ system: coding.system, code: coding.code })),
  )
}

function withoutName(codings: ReturnType<typeof codingsOf>) {
  return codings.filter((coding) => !findPlainName([coding], 'es')).map(({ code }) => code)
}

test('no name of SNOMED CT keeps its semantic tag', () => {
  for (const tag of ['disorder', 'finding', 'situation', 'procedure', 'regime/therapy', 'event'])
    assert.deepEqual(linesOf([{ code: code(`Odd thing (${tag})`) }], 'en').active, ['Odd thing'])
})
