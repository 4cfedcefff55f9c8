/** The rows of the index and a FHIRPath of others give the same answers to random searches. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Resource } from 'fhir/r4'
import { rowsMatch } from '../../test/search/match-rows.ts'
import { oracleMatches } from '../../test/search/oracle.ts'
import { demoResources, sample, syntheaResources } from '../../test/search/resources.ts'
import { selectPath } from './compile-path.ts'
import { type IndexValue, indexValuesOf } from './index-values.ts'
import { parametersOf } from './parameters.ts'
import { parseSearch } from './parse-search.ts'
import type { SearchParameter } from './search-parameter.ts'
import type { Condition } from './search-query.ts'

interface Indexed {
  resource: Resource
  rows: IndexValue[]
}

const prefixes = ['', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap']
const modifiers: Record<string, string[]> = {
  token: ['', ':not', ':text', ':missing'],
  string: ['', ':exact', ':contains', ':missing'],
  reference: ['', ':missing'],
  uri: ['', ':above', ':below', ':missing'],
}

/** `_id` and `_lastUpdated` are columns, not rows. */
function searchedBy(resource: Resource): SearchParameter[] {
  const present = (each: SearchParameter) => selectPath(each.expression, resource).length > 0
  return parametersOf(resource.resourceType).filter(
    (each) => !/^_(id|lastUpdated)$/.test(each.code) && present(each),
  )
}

type Json = Record<string, unknown>
type Pick = <Item>(items: readonly Item[]) => Item
const escapeText = (text: unknown) => String(text).replace(/[\\,|$]/g, '\\$&')

/** A value that the element could be found by, more or less. */
function valueFor(pick: Pick, type: string, modifier: string, element: unknown): string | undefined {
  const fields = element as Record<string, unknown>
  if (modifier === ':missing') return pick(['true', 'false'])
  if (modifier === ':text') return escapeText(pick(textsIn(element)).slice(0, pick([3, 8, 100])))
  if (type === 'token') return tokenFor(pick, element)
  if (type === 'string') return textFor(pick, modifier, element)
  if (type === 'date') return pick(prefixes) + dateFor(pick, element)
  if (type === 'quantity' || type === 'number') return quantityFor(pick, element)
  const address = typeof element === 'string' ? element : String(fields.reference ?? '')
  if (type === 'uri' && modifier === ':below') return address.slice(0, pick([10, 20, 200]))
  return type === 'uri' ? address + pick(['', '/x']) : address
}

function textFor(pick: Pick, modifier: string, element: unknown): string {
  const text = pick(textsIn(element))
  return escapeText(
    modifier === ':exact' ? text : text.slice(modifier === ':contains' ? 1 : 0, pick([2, 5, 300])),
  )
}

function textsIn(element: unknown): string[] {
  if (typeof element === 'string') return [element]
  const texts =
    JSON.stringify(element).match(/"(text|display|family|city|state|given|line)":\[?"[^"]+/g) ?? []
  return ['none', ...texts.map((text) => text.replace(/^.*"/, ''))]
}

function tokenFor(pick: Pick, element: unknown): string {
  if (typeof element !== 'object') return pick([escapeText(element), `|${escapeText(element)}`])
  const { coding, ...own } = element as Json
  const { system = '', code, value = 'none' }: Json = pick((coding as Json[] | undefined) ?? [own])
  const written = escapeText(code ?? value)
  return pick([
    written,
    `${escapeText(system)}|${written}`,
    `|${written}`,
    `${escapeText(system || 'urn:x')}|`,
  ])
}

function dateFor(pick: Pick, element: unknown): string {
  const text = /\d{4}-\d\d-\d\d(T[^"]*)?/.exec(JSON.stringify(element))?.[0] ?? '2024-01-01'
  return text.slice(0, pick([4, 7, 10, 10, 50]))
}

function quantityFor(pick: Pick, element: unknown): string {
  const { value = 1, code = 'mg', system = '' } = element as Record<string, unknown>
  const number = pick([
    `${value}`,
    `${Number(value) * 1.04}`,
    Number(value).toFixed(0),
    Number(value).toPrecision(2),
  ])
  const unit = pick([
    '',
    `||${escapeText(code)}`,
    `|${escapeText(system)}|${escapeText(code)}`,
    '||kg',
    '||cm',
  ])
  return pick(prefixes) + number + unit
}

function queryFor(pick: Pick, resource: Resource): [string, string] | undefined {
  const parameters = searchedBy(resource)
  if (parameters.length === 0) return undefined
  const parameter = pick(parameters)
  const modifier = pick(modifiers[parameter.type] ?? ['', ':missing'])
  const element = pick(selectPath(parameter.expression, resource))
  if (parameter.type !== 'composite' || modifier === ':missing') {
    const value = valueFor(pick, parameter.type, modifier, element)
    return value === undefined ? undefined : [parameter.code + modifier, value]
  }
  const parts = (parameter.components ?? []).map((part) => {
    const type = parametersOf(resource.resourceType).find(({ code }) => code === part.code)?.type ?? ''
    const found = selectPath(part.expression, element)
    return found.length === 0 ? undefined : valueFor(pick, type, '', pick(found))
  })
  return parts.includes(undefined) ? undefined : [parameter.code, parts.join('$')]
}

function checkRandomSearches(resources: Resource[], numRuns: number): void {
  const indexed: Indexed[] = resources.map((resource) => ({ resource, rows: indexValuesOf(resource) }))
  const answered = new Map<string, number>()
  fc.assert(
    fc.property(fc.gen(), fc.nat(), (gen, seed) => {
      const pick: Pick = (items) => gen(fc.constantFrom, ...items) as never
      const start = seed % indexed.length
      const { resource } = indexed[start] as Indexed
      const asked = queryFor(pick, resource)
      if (!asked) return
      const condition = parseOrSkip(resource.resourceType, asked)
      if (!condition) return
      const others = indexed
        .filter((each) => each.resource.resourceType === resource.resourceType)
        .slice(0, 20)
      for (const each of [indexed[start] as Indexed, ...others]) {
        const expected = oracleMatches(each.resource, condition)
        const name: string = `${each.resource.resourceType}/${each.resource.id}?${asked.join('=')}`
        assert.equal(rowsMatch(each.rows, condition), expected, name)
        if (condition.kind === 'parameter' && expected)
          answered.set(condition.parameter.type, (answered.get(condition.parameter.type) ?? 0) + 1)
      }
    }),
    { numRuns },
  )
  // Searches that find nothing would agree about nothing.
  for (const type of ['token', 'string', 'reference', 'date', 'quantity', 'composite'])
    assert.ok((answered.get(type) ?? 0) > 10, `${type} found ${answered.get(type)}`)
}

/** Half a system, two empty parts and the like are refused, as they should be. */
function parseOrSkip(type: string, pair: [string, string]): Condition | undefined {
  try {
    return parseSearch(type, [pair], { strict: false }).conditions[0]
  } catch {
    return undefined
  }
}

test('demo records answer random searches as another FHIRPath does', () => {
  checkRandomSearches(sample(demoResources(), 500), 3000)
})

const synthea = syntheaResources(6)
test(
  'Synthea records answer random searches as another FHIRPath does',
  { skip: synthea ? false : 'the Synthea files are not here' },
  () => checkRandomSearches(sample(synthea ?? [], 500), 3000),
)
