import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { CapabilityStatement, CapabilityStatementRestResource, Extension, Resource } from 'fhir/r4'
import { indexValuesOf } from '#fhir/search/index-values.ts'
import { findParameter } from '#fhir/search/parameters.ts'
import { readTar } from '../../tools/read-definitions.ts'
import { testData, testDataFolder } from '../support/test-data.ts'
import { type Bundle, base, idsOf } from './r4-family.ts'
import { openSeededApi, patient, type SeededApi } from './seeded-api.ts'

const expectationUrl = 'http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation'
const combinationUrl =
  'http://hl7.org/fhir/StructureDefinition/capabilitystatement-search-parameter-combination'

interface UsCore {
  statement: CapabilityStatement
  examples: Resource[]
}

function readUsCore(path: string): UsCore {
  let statement: CapabilityStatement | undefined
  const examples: Resource[] = []
  for (const [name, text] of readTar(path)) {
    if (name === 'package/CapabilityStatement-us-core-server.json') statement = JSON.parse(text)
    if (/^package\/example\/[^/]+\.json$/.test(name) && !name.endsWith('.index.json'))
      examples.push(JSON.parse(text))
  }
  assert.ok(statement, 'the package has no CapabilityStatement of the server')
  return { statement, examples }
}

/** What a server SHALL or SHOULD do. */
function isExpected({ extension = [] }: { extension?: Extension[] | undefined }): boolean {
  return extension.some(({ url, valueCode }) => url === expectationUrl && /^SH/.test(valueCode ?? ''))
}

/** Sets of parameters that are searched by together: each alone, then the combinations. */
function listSearches({ searchParam = [], extension = [] }: CapabilityStatementRestResource): string[][] {
  const combinations = extension
    .filter((each) => each.url === combinationUrl && isExpected(each))
    .map((each) =>
      (each.extension ?? []).flatMap(({ url, valueString }) =>
        url === 'required' && valueString ? [valueString] : [],
      ),
    )
  return [...searchParam.filter(isExpected).map(({ name }) => [name]), ...combinations]
}

/** What to search by so that this record is found; undefined when it has no such value. */
function valueIn(record: Resource, code: string): string | undefined {
  if (code === '_id') return record.id
  const type = findParameter(record.resourceType, code)?.type
  const row = indexValuesOf(record).find((each) => each.param === code)
  if (row === undefined) return undefined
  if (row.kind === 'range') return type === 'date' ? `ge${new Date(row.low).toISOString()}` : `ge${row.low}`
  if (row.value === '') return undefined
  return type === 'token' && row.system !== '' ? `${row.system}|${row.value}` : row.value
}

const somethingByType: Record<string, string> = {
  token: 'final',
  date: 'ge2020-01-01',
  reference: 'x',
  string: 'x',
  uri: 'http://example.org/x',
  number: '1',
  quantity: '1',
  composite: 'a$b',
}

function planSearch(type: string, codes: string[], records: readonly Resource[]) {
  for (const record of records.filter(({ resourceType }) => resourceType === type)) {
    const values = codes.map((code) => valueIn(record, code))
    if (values.every((value) => value !== undefined)) return { record, values }
  }
  return {
    record: undefined,
    values: codes.map((code) => somethingByType[findParameter(type, code)?.type ?? '']),
  }
}

async function openWith(
  examples: Resource[],
): Promise<{ api: SeededApi; token: string; stored: Resource[] }> {
  const api = await openSeededApi()
  await api.addPractice('oak')
  await api.write('oak', patient('ada'))
  // Some examples refer to what is no record of a patient.
  const { rejected } = await api.records.write(
    examples.map((resource) => ({ practiceId: 'oak', resource })),
    { mode: 'each' },
  )
  const refused = new Set(rejected.map(({ reference }) => reference))
  const stored = examples.filter(({ resourceType, id }) => !refused.has(`${resourceType}/${id}`))
  assert.ok(stored.length > examples.length / 2, JSON.stringify(rejected.slice(0, 3)))
  const { token } = await api.issueToken([{ role: 'provider', practiceId: 'oak' }])
  return { api, token, stored }
}

/** Sends every search; returns how many, and how many of them had a record to find. */
async function sendSearches({ statement, examples }: UsCore): Promise<{ sent: number; finding: number }> {
  const { api, token, stored } = await openWith(examples)
  await using _ = api
  const plans = typesOf(statement).flatMap((resource) =>
    listSearches(resource).map((codes) => ({
      type: resource.type,
      codes,
      ...planSearch(resource.type, codes, stored),
    })),
  )
  for (const { type, codes, record, values } of plans) {
    const query = new URLSearchParams(codes.map((code, index) => [code, values[index] ?? '']))
    const path = `${type}?${query}`
    const { status, text } = await api.get(`${base}/${path}`, token, { prefer: 'handling=strict' })
    assert.equal(status, 200, `${path}\n${text}`)
    const bundle = JSON.parse(text) as Bundle
    assert.equal(bundle.link[0]?.relation, 'self')
    assert.deepEqual([...new URL(bundle.link[0]?.url ?? '').searchParams], [...query], path)
    if (record) assert.ok(idsOf(bundle).includes(record.id ?? ''), `${path} does not find ${record.id}`)
  }
  return { sent: plans.length, finding: plans.filter(({ record }) => record).length }
}

/** Value sets are no records of patients. */
function typesOf(statement: CapabilityStatement): CapabilityStatementRestResource[] {
  return (statement.rest?.[0]?.resource ?? []).filter(({ type }) => type !== 'ValueSet')
}

/** What the type of our statement lacks. */
function findMissing(
  asked: CapabilityStatementRestResource,
  own: CapabilityStatementRestResource | undefined,
): string[] {
  const parameters = (asked.searchParam ?? []).filter(isExpected).flatMap(({ name, type }) => {
    const isNamed = own?.searchParam?.some((each) => each.name === name && each.type === type)
    return isNamed ? [] : [`${asked.type}?${name}`]
  })
  const interactions = (asked.interaction ?? [])
    .filter(isExpected)
    .flatMap(({ code }) =>
      own?.interaction?.some((each) => each.code === code) ? [] : [`${asked.type} ${code}`],
    )
  const lists = (['searchInclude', 'searchRevInclude', 'supportedProfile'] as const).flatMap((list) =>
    (asked[list] ?? [])
      // An include may name the type of its target: that is part of the value, not of what is stated.
      .map((value) => value.replace(/^([A-Z]\w+:[a-z-]+):[A-Z]\w+$/, '$1'))
      // A profile of another guide, which writes are not checked against.
      .filter((value) => !value.startsWith('http://hl7.org/fhir/uv/sdc/') && !own?.[list]?.includes(value))
      .map((value) => `${asked.type} ${list} ${value}`),
  )
  const operations = (asked.operation ?? [])
    .filter(isExpected)
    .flatMap(({ name }) =>
      own?.operation?.some((each) => each.name === name) ? [] : [`${asked.type} $${name}`],
    )
  return [...parameters, ...interactions, ...operations, ...lists]
}

for (const version of ['6.1.0', '8.0.0'])
  describe(`US Core ${version}`, () => {
    const path = testData(`us-core/hl7.fhir.us.core-${version}.tgz`)
    const skip = path === undefined && `no package of US Core ${version} in ${testDataFolder()}`

    test('every search that a server shall or should answer is answered, and finds what it should', {
      skip,
    }, async () => {
      const { sent, finding } = await sendSearches(readUsCore(path ?? ''))
      assert.ok(
        sent > 100 && finding > 0.9 * sent,
        `${sent} searches, of which ${finding} had something to find`,
      )
    })

    test('every include that a server shall or should answer is answered', { skip }, async () => {
      const { statement, examples } = readUsCore(path ?? '')
      const { api, token } = await openWith(examples)
      await using _ = api
      for (const { type, searchInclude = [], searchRevInclude = [] } of typesOf(statement))
        for (const query of [
          ...searchInclude.map((each) => `_include=${each}`),
          ...searchRevInclude.map((each) => `_revinclude=${each}`),
        ]) {
          const { status, text } = await api.get(`${base}/${type}?${query}`, token)
          assert.equal(status, 200, `${type}?${query}\n${text}`)
        }
    })

    test('the CapabilityStatement names what a server shall or should do', { skip }, async () => {
      const { statement } = readUsCore(path ?? '')
      await using api = await openSeededApi()
      const { json } = await api.get(`${base}/metadata`)
      const ours = (json as unknown as CapabilityStatement).rest?.[0]?.resource ?? []
      const missing = typesOf(statement).flatMap((asked) =>
        findMissing(
          asked,
          ours.find(({ type }) => type === asked.type),
        ),
      )
      assert.deepEqual(missing, [])
    })
  })
