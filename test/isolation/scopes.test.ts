import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openSeededApi, type SeededApi } from '../apis/seeded-api.ts'
import { resourcesOf, type ScopeCase, type ScopedRecord, scopeCases, scopedRecords } from './scope-cases.ts'

const types = [...new Set(scopedRecords.map((address) => address.split('/')[0] ?? ''))]
const r4 = '/fhir/r4'
const classic = '/onpatient_api/fhir'

interface Bundle {
  total?: number
  entry?: Array<{ resource?: { resourceType: string; id: string }; search?: { mode: string } }>
}

const ofType = (type: string, records: readonly string[]) =>
  records.filter((address) => address.startsWith(`${type}/`)).toSorted()

describe('scopes open exactly what they say, whichever way it is asked for', () => {
  let api: SeededApi
  before(async () => {
    api = await openSeededApi()
    await api.addPractice('oak')
    await api.write('oak', ...resourcesOf('ada'))
    // Of the same kinds, and never to be seen.
    await api.write('oak', ...resourcesOf('bob', 'bob-'))
  })
  after(() => api[Symbol.asyncDispose]())

  const open = async ({ scopes }: ScopeCase) =>
    (await api.issueToken([{ role: 'patient', practiceId: 'oak', patientId: 'ada' }], { scopes })).token

  async function search(
    path: string,
    token: string,
  ): Promise<{ matches: string[]; included: string[]; total?: number }> {
    const { status, text } = await api.get(`${r4}/${path}`, token)
    assert.equal(status, 200, `${path}: ${text}`)
    const bundle = JSON.parse(text) as Bundle
    const entries = (bundle.entry ?? []).filter(
      ({ resource }) => resource?.resourceType !== 'OperationOutcome',
    )
    const named = (mode: string) =>
      entries
        .filter((each) => (each.search?.mode ?? 'match') === mode)
        .map(({ resource }) => `${resource?.resourceType}/${resource?.id}`)
        .toSorted()
    return {
      matches: named('match'),
      included: named('include'),
      ...(bundle.total === undefined ? {} : { total: bundle.total }),
    }
  }

  for (const scopeCase of scopeCases) {
    const { scopes, reads, searches = reads } = scopeCase
    /** Whether no scope says anything of the type for the interaction: then it is 403, else hidden is like absent. */
    test(`${scopes.join(' ')}`, async () => {
      const token = await open(scopeCase)
      for (const address of scopedRecords) await checkReads(address, token)
      for (const type of types) await checkSearches(type, token, ofType(type, searches))
    })

    async function checkReads(address: ScopedRecord, token: string): Promise<void> {
      const expected = reads.includes(address) ? [200] : [403, 404]
      const asItIsNow = address === scopeCase.user ? [200] : expected
      await checkRead(`${r4}/${address}/_history/1`, token, expected)
      for (const base of [r4, classic]) await checkRead(`${base}/${address}`, token, asItIsNow)
      await checkRead(`${r4}/${address.replace('/', '/bob-')}`, token, [403, 404])
    }

    async function checkRead(path: string, token: string, expected: number[]): Promise<void> {
      const { status } = await api.get(path, token)
      assert.ok(expected.includes(status), `${path} is ${status}`)
    }

    async function checkWaysToPatient(type: string, token: string, expected: string[]): Promise<void> {
      const ways = [`Patient/ada/${type}`, `Patient/ada/*?_type=${type}`, `?_type=${type}`]
      if (type !== 'Patient') ways.push(`${type}?patient=ada`)
      for (const way of ways) assert.deepEqual((await search(way, token)).matches, expected, way)
    }

    async function checkSearches(type: string, token: string, expected: string[]): Promise<void> {
      const first = await api.get(`${r4}/${type}`, token)
      if (first.status === 403) {
        assert.deepEqual(expected, [], `${type} is refused`)
        assert.equal((await api.get(`${classic}/${type}`, token)).status, 403)
        return
      }
      const all = await search(type, token)
      assert.deepEqual([all.matches, all.total], [expected, expected.length])
      assert.equal((await search(`${type}?_summary=count`, token)).total, expected.length)
      assert.deepEqual((await search(`${type}?_sort=-_lastUpdated&_count=50`, token)).matches, expected)
      await checkWaysToPatient(type, token, expected)
      const listed = JSON.parse((await api.get(`${classic}/${type}?page-size=50`, token)).text) as {
        count: number
        results: Array<{ id: string }>
      }
      assert.deepEqual(
        [listed.results.map(({ id }) => `${type}/${id}`).toSorted(), listed.count],
        [expected, expected.length],
      )
      for (const address of scopedRecords.filter((each) => each.startsWith(`${type}/`))) {
        const found = await search(`${type}?_id=${address.slice(type.length + 1)}`, token)
        assert.deepEqual(found.matches, expected.includes(address) ? [address] : [])
      }
    }
  }

  const withReports = (filter: string, more: string[] = []): ScopeCase => ({
    scopes: [`patient/Observation.rs?${filter}`, 'patient/DiagnosticReport.rs', ...more],
    reads: [],
  })

  test('a chain looks only into records that the scopes open', async () => {
    const lab = await open(withReports('category=laboratory'))
    const vital = await open(withReports('category=vital-signs'))
    const path = 'DiagnosticReport?result.code=2345-7'
    assert.deepEqual((await search(path, lab)).matches, ['DiagnosticReport/report'])
    assert.deepEqual((await search(path, vital)).matches, [])
    assert.equal((await search(`${path}&_summary=count`, vital)).total, 0)
  })

  test('_has looks only into records that the scopes open', async () => {
    const lab = await open(withReports('category=laboratory', ['patient/Patient.rs']))
    const vital = await open(withReports('category=vital-signs', ['patient/Patient.rs']))
    const path = 'Patient?_has:Observation:patient:code=2345-7'
    assert.deepEqual((await search(path, lab)).matches, ['Patient/ada'])
    assert.deepEqual((await search(path, vital)).matches, [])
  })

  test('only records that the scopes open come along', async () => {
    const lab = await open(withReports('category=laboratory'))
    const both = await search('DiagnosticReport?_include=DiagnosticReport:result', lab)
    assert.deepEqual(both.included, ['Observation/glucose'])
    const pressure = await open(withReports('category=vital-signs', ['patient/Patient.rs']))
    const reverse = await search('Patient?_revinclude=Observation:patient', pressure)
    assert.deepEqual(reverse.included, ['Observation/pressure'])
  })

  test('$everything holds what the scopes open', async () => {
    const token = await open({
      scopes: [
        'patient/Patient.rs',
        'patient/Observation.rs?category=laboratory',
        'patient/Condition.rs?category=problem-list-item',
      ],
      reads: [],
    })
    const expected: ScopedRecord[] = [
      'Condition/problem',
      'Observation/glucose',
      'Observation/lab-survey',
      'Patient/ada',
    ]
    assert.deepEqual((await search('Patient/ada/$everything', token)).matches, expected)
  })

  test('histories are for those who may read the whole type, and a version counts by what it was', async () => {
    const token = await open({ scopes: ['patient/Observation.rs?category=laboratory'], reads: [] })
    const whole = await open({ scopes: ['patient/Observation.rs'], reads: [] })
    const [record] = resourcesOf('ada').filter((each) => (each as { id: string }).id === 'uncategorized')
    const category = [
      {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' },
        ],
      },
    ]
    await api.write('oak', { ...record, id: 'moved' })
    await api.write('oak', { ...record, id: 'moved', category })
    assert.equal((await api.get(`${r4}/Observation/moved`, token)).status, 200)
    assert.equal((await api.get(`${r4}/Observation/moved/_history/2`, token)).status, 200)
    assert.equal((await api.get(`${r4}/Observation/moved/_history/1`, token)).status, 404)
    assert.equal((await api.get(`${r4}/Observation/moved/_history/1`, whole)).status, 200)
    for (const path of [
      'Observation/moved/_history',
      'Observation/_history',
      'Observation/pressure/_history',
    ]) {
      const refused = await api.get(`${r4}/${path}`, token)
      assert.equal(refused.status, 403)
      assert.match(refused.text, /only some records of Observation/)
    }
  })
})
