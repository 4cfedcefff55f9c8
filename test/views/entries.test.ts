import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import type { Resource } from 'fhir/r4'
import { clinicalNameOf, type Entry, type EntryType, entryTypes, readEntry } from '#server/views/views.ts'
import { demoResources, syntheaResources } from '../search/resources.ts'

/** Types whose entries stand on a page under a name of their own and at a time. */
const named: readonly EntryType[] = [
  ...(['AllergyIntolerance', 'Condition', 'DiagnosticReport', 'DocumentReference', 'Goal'] as const),
  ...(['Immunization', 'Observation', 'Procedure', 'ServiceRequest'] as const),
]

const demo = demoResources()
const synthea = syntheaResources(8)

function entryTypeOf({ resourceType }: Resource): EntryType | undefined {
  return entryTypes.find((type) => type === resourceType)
}

/** Reads each record; how many there are of each type. */
function readAll(resources: readonly Resource[]): Map<EntryType, number> {
  const counts = new Map<EntryType, number>()
  for (const resource of resources) {
    const type = entryTypeOf(resource)
    if (type === undefined) continue
    counts.set(type, (counts.get(type) ?? 0) + 1)
    const entry = readEntry(type, JSON.stringify(resource))
    assert(entry, `${type}/${resource.id} cannot be read`)
    if (!named.includes(type)) continue
    const { what, time } = entry as Entry & { what: Parameters<typeof clinicalNameOf>[0] }
    assert(clinicalNameOf(what), `${type}/${resource.id} has no name`)
    if (type !== 'Goal') assert(time, `${type}/${resource.id} has no time`)
  }
  return counts
}

test('each record of the demo is read, with its name and its time', () => {
  const counts = readAll(demo)
  for (const type of named) assert((counts.get(type) ?? 0) > 0, type)
})

test('each record of Synthea is read, with its name and its time', {
  skip: !synthea && 'Synthea is not here',
}, () => {
  const counts = readAll(synthea ?? [])
  assert((counts.get('Observation') ?? 0) > 500)
})

describe('a record that is not as it should be', () => {
  const odd = [
    null,
    7,
    '',
    'x',
    true,
    [],
    [null],
    {},
    { text: 7 },
    [{ coding: 'x' }],
    { coding: [{ display: 1 }] },
  ]
  const samples = new Map(
    demo.flatMap((resource) => {
      const type = entryTypeOf(resource)
      return type === undefined ? [] : [[type, resource] as const]
    }),
  )
  for (const [type, sample] of samples) {
    it(`is read as far as it goes: ${type}`, () => {
      for (const element of Object.keys(sample).filter((name) => name !== 'resourceType' && name !== 'id')) {
        for (const value of odd) {
          const entry = readEntry(type, JSON.stringify({ ...sample, [element]: value }))
          assert.equal(entry?.id, sample.id, `${element}: ${JSON.stringify(value)}`)
        }
      }
    })
  }
  it('is not read when it is no record of the type', () => {
    for (const type of entryTypes)
      for (const content of [
        '',
        'null',
        '[]',
        '{}',
        '7',
        '{"resourceType":"Basic","id":"a"}',
        `{"resourceType":"${type}"}`,
      ])
        assert.equal(readEntry(type, content), undefined, content)
  })
})
