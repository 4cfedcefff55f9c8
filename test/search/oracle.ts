/**
 * Answers conditions a second time, from FHIRPath of @medplum/core over the resource itself, without the rows of the
 * index: a slow reading of https://hl7.org/fhir/R4/search.html to compare the fast one with.
 */
import { evalFhirPath } from '@medplum/core'
import type { Resource } from 'fhir/r4'
import { parseDate, parsePeriod, parseTiming, type TimeRange } from '#fhir/dates.ts'
import { findParameter, type SearchParameter } from '#fhir/search/parameters.ts'
import type { CompositeRange, CompositeText, Condition, SearchValue } from '#fhir/search/search-query.ts'
import { compare, measures } from './oracle-ranges.ts'

type Json = Record<string, unknown>
type ParameterCondition = Extract<Condition, { kind: 'parameter' }>

/** It does not know that every type is a Resource. */
export function evaluate(expression: string, resource: Resource): unknown[] {
  return evalFhirPath(expression.replace(/^Resource\./, `${resource.resourceType}.`), resource)
}

/** Not for chains and `_has`, which need other resources. */
export function oracleMatches(resource: Resource, condition: Condition): boolean {
  if (condition.kind === 'or') return condition.conditions.some((each) => oracleMatches(resource, each))
  if (condition.kind !== 'parameter')
    throw new Error(`The oracle knows one resource only, not ${condition.kind}`)
  const { parameter, modifier, values } = condition
  const elements = evaluate(parameter.expression, resource)
  if (modifier === 'missing') {
    const parts = parameter.components ?? []
    // A composite is there where all its parts are.
    const isThere = (element: unknown) =>
      parts.every((part) => evaluate(part.expression, element as Resource).length > 0)
    return !elements.some(isThere) === condition.isMissing
  }
  const isMatch = values.some((value) =>
    elements.some((element) => matchesElement(resource, condition, element, value)),
  )
  return modifier === 'not' ? !isMatch : isMatch
}

function matchesElement(
  resource: Resource,
  condition: ParameterCondition,
  element: unknown,
  value: SearchValue,
): boolean {
  const { modifier, parameter } = condition
  if (modifier === 'text' && value.type === 'string')
    return wordsOf(element).some((text) => normalize(text).startsWith(value.normalized))
  if (modifier === 'identifier') return codes((element as Json).identifier, value)
  switch (value.type) {
    case 'token':
      return codes(element, value)
    case 'string':
      return textsOf(element).some((text) => matchesText(text, modifier, value))
    case 'date': {
      const time = timeOf(element)
      return time !== undefined && compare(value.prefix, time.start, time.end, value.start, value.end)
    }
    case 'number':
    case 'quantity':
      return measures(element, value.prefix, value.low, value.high, value.unit ?? '')
    case 'reference':
      return addressesOf(element).some((address) => value.targets.includes(address))
    case 'uri':
      return addressesOf(element).some((address) =>
        modifier === 'below' ? address.startsWith(value.value) : address === value.value,
      )
    case 'composite':
      return matchesComposite(resource, parameter, element, value)
  }
}

function matchesText(
  text: string,
  modifier: string | undefined,
  value: SearchValue & { type: 'string' },
): boolean {
  if (modifier === 'exact') return text === value.original
  if (modifier === 'contains') return normalize(text).includes(value.normalized)
  return normalize(text).startsWith(value.normalized)
}

function normalize(text: string): string {
  const plain = text.toLowerCase().replace(/['`’‘\p{Pd}]/gu, '')
  const bare = plain.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  return bare.replace(/\s+/g, ' ').trim().slice(0, 200).trimEnd()
}

function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}

function codesOf(element: unknown): { system: string; code: string }[] {
  if (typeof element !== 'object' || element === null) return [{ system: '', code: String(element) }]
  const { coding, system, code, value } = element as Json
  if (coding !== undefined) return listOf(coding).flatMap(codesOf)
  return [{ system: String(system ?? ''), code: String(code ?? value ?? '') }]
}

function codes(element: unknown, value: SearchValue): boolean {
  if (value.type !== 'token' || element === undefined) return false
  const { system } = value
  return codesOf(element).some(
    (each) =>
      (value.code === undefined || each.code === value.code) &&
      (system === undefined || each.system === (system ?? '')),
  )
}

function wordsOf(element: unknown): string[] {
  if (typeof element !== 'object' || element === null) return []
  const { coding, text, display, type, value } = element as Json
  const found = [...listOf(coding).flatMap((each) => listOf((each as Json).display)), display]
  found.push(value === undefined ? text : (type as Json | undefined)?.text)
  return found.filter((each) => typeof each === 'string')
}

/** Every text of a HumanName or an Address, except what says how it is used. */
function textsOf(element: unknown): string[] {
  if (typeof element === 'string') return [element]
  const { use: _use, type: _type, period: _period, extension: _extension, ...parts } = element as Json
  return Object.values(parts)
    .flatMap(listOf)
    .filter((each) => typeof each === 'string')
}

function timeOf(element: unknown): TimeRange | undefined {
  if (typeof element === 'string') return parseDate(element)
  if (typeof element !== 'object' || element === null) return undefined
  return 'repeat' in element || 'event' in element ? parseTiming(element as never) : parsePeriod(element)
}

function addressesOf(element: unknown): string[] {
  const text = typeof element === 'string' ? element : (element as Json).reference
  if (typeof text !== 'string' || text.startsWith('#')) return []
  const plain = text.replace(/\/_history\/.*$/, '')
  return [plain, plain.replace(/\|[^|]*$/, '')]
}

function matchesComposite(
  resource: Resource,
  parameter: SearchParameter,
  element: unknown,
  value: CompositeText | CompositeRange,
): boolean {
  const [first, second] = (parameter.components ?? []).map((part) => ({
    type: findParameter(resource.resourceType, part.code)?.type,
    found: evaluate(part.expression, element as Resource),
  }))
  const tokens = (first?.found ?? [])
    .flatMap(codesOf)
    .filter((token) => token.code !== '')
    .flatMap((token) => [token.code, `${token.system}|${token.code}`])
  const others = second?.found ?? []
  return tokens.some((token) =>
    others.some((other) =>
      value.form === 'text'
        ? matchesPair(value, token, second?.type, other)
        : value.unit.startsWith(`${token}$`) &&
          matchesRange(value, value.unit.slice(token.length + 1), other),
    ),
  )
}

function matchesPair(value: CompositeText, token: string, type: string | undefined, other: unknown): boolean {
  const texts =
    type === 'token'
      ? codesOf(other).flatMap(({ system, code }) => [code, `${system}|${code}`])
      : type === 'reference'
        ? addressesOf(other)
        : textsOf(other).map(normalize)
  return texts.some((text) =>
    value.values.some((each) =>
      value.match === 'equal' ? `${token}$${text}` === each : `${token}$${text}`.startsWith(each),
    ),
  )
}

function matchesRange({ prefix, low, high }: CompositeRange, unit: string, other: unknown): boolean {
  const time = typeof other === 'string' || 'start' in (other as Json) ? timeOf(other) : undefined
  return time ? compare(prefix, time.start, time.end, low, high) : measures(other, prefix, low, high, unit)
}
