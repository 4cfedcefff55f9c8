/** Every line of the CapabilityStatement is asked, of records made for it. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { CapabilityStatementRestResource } from 'fhir/r4'
import { findParameter } from '#fhir/search/parameters.ts'
import { parseSearch } from '#fhir/search/parse-search.ts'
import { loadTerminology } from '#fhir/validation/validate.ts'
import type { RecordReader } from '#server/access/access.ts'
import { capabilityStatement } from '#server/apis/r4/capability-statement.ts'
import { openSeededApi, type SeededApi } from '../apis/seeded-api.ts'
import { aboutSomebody, canonicalOf, type Proof, proofOf, type Question } from './claims.ts'
import { waysOf } from './make-record.ts'

const { rest = [] } = capabilityStatement({
  fhirUrl: 'https://a.example',
  portalUrl: 'https://b.example',
  checksReferences: true,
})
const claimed: CapabilityStatementRestResource[] = rest.flatMap(({ resource = [] }) => resource)
const proofs = new Map(claimed.map(({ type }) => [type as string, proofOf(type)]))

describe('what is claimed is so', () => {
  let api: SeededApi
  let reader: RecordReader
  let terminology: Awaited<ReturnType<typeof loadTerminology>>

  before(async () => {
    api = await openSeededApi()
    terminology = await loadTerminology()
    await api.addPractice('oak')
    const all = [...proofs.values()].flatMap(({ records }) => records)
    // Patients first: others are about them.
    const first = all.filter(({ resourceType }) => resourceType === 'Patient')
    const others = all.filter(({ resourceType }) => resourceType !== 'Patient')
    for (const some of [first, others, linkRecords()])
      for (let from = 0; from < some.length; from += 1000)
        await api.write('oak', ...some.slice(from, from + 1000))
    const { token } = await api.issueToken([{ role: 'provider', practiceId: 'oak' }])
    reader = await api.access.open({ token, scheme: 'Bearer', proof: undefined })
  })
  after(() => api[Symbol.asyncDispose]())

  async function idsFor({ type, name, value, found, missed }: Question): Promise<Set<string>> {
    const ids = [...found, ...missed].join()
    const pairs: Array<[string, string]> = [[name, value]]
    // What finds many is asked of these records alone; equality is asked as a client asks it.
    if (/:(not|missing|not-in)$/.test(name) || /^(ne|[gl][te]|sa|eb)/.test(value)) pairs.push(['_id', ids])
    const query = parseSearch(type, pairs, { strict: true, terminology })
    const { records } = await reader.search({ ...query, total: 'none' }, { pageSize: 1000 })
    return new Set(records.map(({ id }) => id))
  }

  async function faultsOf(question: Question): Promise<string[]> {
    const { type, name, value, found, missed } = question
    const asked = `${type}?${name}=${value}`
    try {
      const ids = await idsFor(question)
      return [
        ...found.filter((id) => !ids.has(id)).map((id) => `${asked} does not find ${id}`),
        ...missed.filter((id) => ids.has(id)).map((id) => `${asked} finds ${id}`),
      ]
    } catch (error) {
      return [`${asked} throws ${error}`]
    }
  }

  test('each parameter, with each of its modifiers and comparators, finds what it should and nothing else', async () => {
    const questions = [...proofs.values()].flatMap((proof: Proof) => proof.questions)
    const faults = await askAll(questions.map((question) => () => faultsOf(question)))
    assert.ok(questions.length > 10_000)
    assert.deepEqual(faults.slice(0, 40), [], `${faults.length} faults`)
    const proved = new Set(questions.map(({ type, name }) => `${type}?${name.replace(/:.*/, '')}`))
    for (const { type, searchParam = [] } of claimed)
      for (const { name } of searchParam)
        assert.ok(name === '_lastUpdated' || proved.has(`${type}?${name}`), `${type}?${name} is not proved`)
  })

  async function bring(type: string, id: string, pair: [string, string]): Promise<Set<string>> {
    const query = parseSearch(type, [['_id', id], pair], { strict: true })
    const { included } = await reader.search({ ...query, total: 'none' }, { pageSize: 1000 })
    return new Set(included.records.map((each) => `${each.type}/${each.id}`))
  }

  async function faultsOfInclude(type: string, include: string): Promise<string[]> {
    const links = linksOf(include)
    if (links.length === 0) return [`_include=${include} leads nowhere`]
    const brought = await bring(type, links.map(({ id }) => id).join(), ['_include', include])
    return links.flatMap(({ target }) =>
      brought.has(`${target}/proof-a`) ? [] : [`_include=${include} lacks ${target}`],
    )
  }

  async function faultsOfRevinclude(type: string, include: string): Promise<string[]> {
    const [source = ''] = include.split(':')
    const link = linksOf(include).find(({ target }) => target === type)
    const brought = await bring(type, 'proof-a', ['_revinclude', include])
    if (link && brought.has(`${source}/${link.id}`)) return []
    return [`${type}?_revinclude=${include} lacks ${link?.id}`]
  }

  test('each _include and _revinclude brings what is named', async () => {
    const faults = await askAll(
      claimed.flatMap(({ type, searchInclude = [], searchRevInclude = [] }) => [
        ...searchInclude.map((include) => () => faultsOfInclude(type, include)),
        ...searchRevInclude
          .filter((include) => include !== '*')
          .map((include) => () => faultsOfRevinclude(type, include)),
      ]),
    )
    assert.deepEqual(faults.slice(0, 40), [], `${faults.length} faults`)
  })
})

interface Link {
  id: string
  target: string
  record: Record<string, unknown>
}

/** For each target of a reference, a record that names it; of those that may name anything, some. */
function linksOf(include: string): Link[] {
  const [type = '', code = ''] = include.split(':')
  const parameter = findParameter(type, code)
  if (!parameter) return []
  const isOfAny = parameter.targets.length > 100 && include !== 'Provenance:target'
  const targets = isOfAny ? ['Patient', 'Organization', 'Basic', 'ValueSet'] : parameter.targets
  return targets.flatMap((target) => {
    const ways = waysOf(type, parameter.expression).filter(
      (way) => way.target === undefined || way.target === target,
    )
    return ways.slice(0, 1).flatMap((way): Link[] => {
      const isCanonical = way.leaf === 'canonical' || way.leaf === 'uri'
      if (isCanonical && !findParameter(target, 'url')) return []
      const reference = `${target}/proof-a`
      const value = isCanonical
        ? canonicalOf(target)
        : way.leaf === 'Resource'
          ? { resourceType: target, id: 'proof-a' }
          : { reference }
      const id = `${code}-to-${target}`.slice(-64)
      return [{ id, target, record: aboutSomebody({ ...way.make(value), id }) }]
    })
  })
}

function linkRecords(): object[] {
  return claimed.flatMap(({ searchInclude = [] }) =>
    searchInclude.flatMap((include) => linksOf(include).map(({ record }) => record)),
  )
}

/** Some at a time: a database answers several connections. */
async function askAll(all: ReadonlyArray<() => Promise<string[]>>): Promise<string[]> {
  const faults: string[] = []
  const waiting = all.values()
  const work = async () => {
    for (const ask of waiting) faults.push(...(await ask()))
  }
  await Promise.all(Array.from({ length: 8 }, work))
  return faults
}
