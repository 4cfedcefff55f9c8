import assert from 'node:assert/strict'
import { test } from 'node:test'
import { modifiersFor, prefixesFor } from './modifiers.ts'
import { parametersOf, searchableTypes } from './parameters.ts'
import { parseSearch } from './parse-search.ts'
import type { SearchParameter } from './search-parameter.ts'
import { SearchError } from './search-query.ts'

const everyModifier = [
  ...[
    'missing',
    'exact',
    'contains',
    'not',
    'text',
    'in',
    'not-in',
    'of-type',
    'above',
    'below',
    'identifier',
  ],
]
const exampleOf: Record<SearchParameter['type'], string> = {
  token: 'a',
  string: 'a',
  reference: 'a',
  uri: 'http://example.org/a',
  date: '2024',
  number: '1',
  quantity: '1',
  composite: '',
}

function parse(type: string, name: string, value: string): boolean {
  try {
    parseSearch(type, [[name, value]], {
      strict: true,
      terminology: { findValueSet: () => [{ system: 'a', code: 'b' }], findRelatedCodes: () => ['b'] },
    })
    return true
  } catch (error) {
    if (!(error instanceof SearchError)) throw error
    return false
  }
}

function* everyParameter(): Generator<{ type: string; parameter: SearchParameter }> {
  for (const type of searchableTypes) for (const parameter of parametersOf(type)) yield { type, parameter }
}

function exampleFor(parameter: SearchParameter, modifier: string): string {
  if (modifier === 'missing') return 'true'
  if (modifier === 'of-type') return 'a|b|c'
  const isRelated = modifier === 'above' || modifier === 'below'
  return isRelated && parameter.type === 'token' ? 'a|b' : exampleOf[parameter.type]
}

test('every parameter of every type takes the modifiers that the CapabilityStatement names, and no others', () => {
  for (const { type, parameter } of everyParameter()) {
    const reported: readonly string[] = modifiersFor(parameter)
    for (const modifier of everyModifier) {
      const name = `${parameter.code}:${modifier}`
      const isTaken = parse(type, name, exampleFor(parameter, modifier))
      assert.equal(isTaken, reported.includes(modifier), `${type}?${name}`)
    }
  }
})

test('every parameter takes the comparators that the CapabilityStatement names', () => {
  for (const { type, parameter } of everyParameter())
    for (const prefix of prefixesFor(parameter)) {
      const second = parameter.components?.[1]?.code.includes('date') ? '2024' : '1'
      const value =
        parameter.type === 'composite' ? `a$${prefix}${second}` : `${prefix}${exampleOf[parameter.type]}`
      assert.ok(parse(type, parameter.code, value), `${type}?${parameter.code}=${value}`)
    }
})
