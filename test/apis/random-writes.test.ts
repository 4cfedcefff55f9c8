import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { immunization, openSeededApi, patient } from './seeded-api.ts'

/** More by a flag: `RANDOM_WRITES=20000 npm test test/apis/random-writes.test.ts`. */
const runs = Number(process.env.RANDOM_WRITES ?? (process.env.CI === 'true' ? 5000 : 500))

const oddTexts = fc.constantFrom(
  ...[
    '',
    ' ',
    '\u0000',
    '\ud800',
    'x'.repeat(5000),
    '9999-99-99',
    '0000',
    '-1',
    'Patient/ada',
    'Patient/eve',
  ],
  ...[
    'urn:uuid:x',
    '#a',
    'http://[',
    '__proto__',
    '🙂',
    '2025-02-30T25:61:61Z',
    'Patient?name=x',
    '/',
    'a/b/c/d',
  ],
)
const oddValues = fc.oneof(
  oddTexts,
  fc.constantFrom<unknown>(null, true, 0, -0, 1e308, Number.MIN_VALUE, 2 ** 53, [], {}, [[]], [null], [{}]),
  fc.jsonValue({ maxDepth: 3 }),
)
const oddKeys = fc.constantFrom(
  ...[
    'id',
    'resourceType',
    'meta',
    'subject',
    'reference',
    'code',
    'coding',
    'contained',
    'extension',
    'text',
  ],
  ...[
    'identifier',
    'value',
    'valueQuantity',
    'effectiveDateTime',
    'birthDate',
    'name',
    '_birthDate',
    '__proto__',
    'constructor',
  ],
)

const seeds = [
  patient('ada'),
  immunization('i1', 'ada', { identifier: [{ system: 'urn:x', value: '1' }] }),
  {
    resourceType: 'Observation',
    id: 'o1',
    meta: {
      profile: ['http://hl7.org/fhir/us/core/StructureDefinition/us-core-vital-signs'],
      tag: [{ code: 't' }],
    },
    status: 'final',
    category: [
      {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' },
        ],
      },
    ],
    code: { coding: [{ system: 'http://loinc.org', code: '1-8' }], text: 'x' },
    subject: { reference: 'Patient/ada' },
    effectivePeriod: { start: '2025-01-01', end: '2025-01-02' },
    component: [{ code: { text: 'y' }, valueQuantity: { value: 1.5, unit: 'mg', system: 's', code: 'mg' } }],
  },
]

/** Odd words where any words are valid, so that they are stored. */
const oddlyWorded = fc
  .tuple(
    fc.constantFrom(...seeds),
    oddTexts.filter((text) => text !== ''),
  )
  .map(([seed, text]): Record<string, unknown> => {
    const words = { text: { status: 'generated', div: '<div>x</div>' }, identifier: [{ value: text }] }
    if (seed.resourceType === 'Patient') return { ...seed, ...words, name: [{ family: text, given: [text] }] }
    return { ...seed, ...words, note: [{ text }] }
  })

/** Puts odd values at random places of a resource. */
const oddlyShaped = fc
  .tuple(
    fc.constantFrom(...seeds),
    fc.array(fc.tuple(fc.nat(), oddKeys, oddValues, fc.boolean()), { maxLength: 4 }),
  )
  .map(([seed, changes]) => {
    const resource = structuredClone(seed) as Record<string, unknown>
    for (const [place, key, value, isNew] of changes) {
      const objects = listObjects(resource)
      const target = objects[place % objects.length] ?? resource
      const keys = Object.keys(target)
      const name = isNew ? key : (keys[place % Math.max(1, keys.length)] ?? key)
      // Not by assignment, which `__proto__` would take as something else.
      Object.defineProperty(target, name, {
        value: structuredClone(value),
        enumerable: true,
        writable: true,
        configurable: true,
      })
    }
    return resource
  })

function listObjects(value: unknown): Array<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return []
  const own = Array.isArray(value) ? [] : [value as Record<string, unknown>]
  return [...own, ...Object.values(value).flatMap(listObjects)]
}

const resources = fc.oneof({ arbitrary: oddlyShaped, weight: 3 }, { arbitrary: oddlyWorded, weight: 1 })

const entryMethods = fc.constantFrom<unknown>('POST', 'PUT', 'PATCH', 'DELETE', 'GET', 'post', 1, null)
const entryUrls = fc.constantFrom<unknown>(
  ...[
    'Observation',
    'Observation/o1',
    'Patient/ada',
    'Patient/eve',
    'Observation?code=1-8',
    'Observation?',
    '../x',
    '',
    3,
  ],
  ...[
    'Immunization?identifier=urn:x|1',
    'metadata',
    'Patient/ada/_history',
    'http://[',
    '%',
    'Observation?%',
  ],
)
const bundles = fc.record({
  resourceType: fc.constant('Bundle'),
  type: fc.constantFrom('transaction', 'batch', 'nonsense'),
  entry: fc.array(
    fc.record({
      fullUrl: fc.option(oddTexts, { nil: undefined }),
      request: fc.option(
        fc.record({
          method: entryMethods,
          url: entryUrls,
          ifNoneExist: fc.option(fc.constantFrom<unknown>('identifier=urn:x|1', 'x=1', 7), {
            nil: undefined,
          }),
          ifMatch: fc.option(fc.constantFrom<unknown>('W/"1"', '*', 'x', []), { nil: undefined }),
        }),
        { nil: undefined },
      ),
      resource: fc.option(resources, { nil: undefined }),
    }),
    { maxLength: 4 },
  ),
})
const patches = fc.array(
  fc.record({
    op: fc.constantFrom<unknown>('add', 'remove', 'replace', 'move', 'copy', 'test', 'x', null),
    path: fc.constantFrom<unknown>(
      '/id',
      '/name/0/family',
      '/name/-',
      '/meta/versionId',
      '',
      '/',
      '/~2',
      '/name/99',
      5,
    ),
    from: fc.constantFrom<unknown>('/name', '/nothing', undefined),
    value: oddValues,
  }),
  { maxLength: 4 },
)

/** Mostly where they belong. */
const addressed = fc.tuple(resources, fc.nat(9)).map(([body, place]) => {
  const [type, id] = [body.resourceType, body.id].map((part) =>
    encodeURIComponent(JSON.stringify(part ?? '').slice(1, -1)),
  )
  const path = place === 0 ? 'Patient/eve' : place === 1 ? 'Immunization?identifier=urn:x|1' : `${type}/${id}`
  return place > 6
    ? { method: 'POST' as const, path: String(type), body }
    : { method: 'PUT' as const, path, body }
})
const requests = fc.oneof(
  { arbitrary: addressed, weight: 3 },
  fc.record({ method: fc.constant('POST' as const), path: fc.constant(''), body: bundles }),
  fc.record({
    method: fc.constant('PATCH' as const),
    path: fc.constantFrom('Patient/ada', 'Observation/o1'),
    body: patches,
  }),
  fc.record({
    method: fc.constant('DELETE' as const),
    path: fc.constantFrom('Observation/o1', 'Immunization/i1'),
  }),
)

test(`${runs} random writes never lead to a 5xx, and never touch another practice`, async () => {
  await using api = await openSeededApi()
  for (const practice of ['oak', 'elm']) await api.addPractice(practice)
  await api.write('oak', ...seeds)
  await api.write('elm', patient('eve'), immunization('e1', 'eve'))
  const { token } = await api.issueToken([{ role: 'staff', practiceId: 'oak' }], { scopes: ['user/*.cruds'] })
  const { token: elm } = await api.issueToken([{ role: 'staff', practiceId: 'elm' }], {
    scopes: ['user/*.cruds'],
  })
  const elmRecords = async () =>
    Promise.all(
      ['Patient', 'Immunization', 'Observation'].map(async (type) => {
        const { json } = await api.get(`/fhir/r4/${type}`, elm)
        return [json.total, json.entry]
      }),
    )
  const before = await elmRecords()
  await fc.assert(
    fc.asyncProperty(requests, async (random) => {
      const { status, text } = await api.send({
        method: random.method,
        path: `/fhir/r4/${random.path}`,
        token,
        ...('body' in random ? { body: JSON.stringify(random.body) } : {}),
        ...(random.method === 'PATCH' ? { headers: { 'content-type': 'application/json-patch+json' } } : {}),
      })
      assert.ok(status < 500, `${random.method} ${random.path} answered ${status} ${text}`)
      assert.doesNotMatch(text, /"status":"5\d\d"/)
    }),
    { numRuns: runs, seed: 20261124, endOnFailure: true },
  )
  assert.deepEqual(await elmRecords(), before)
})
