import { type Prefix, prefixes } from '../prefix.ts'
import { clipText } from './normalize-text.ts'
import { type Asked, impliedSystem, refuse } from './parse-single-value.ts'
import type { SearchParameter, SearchParameterType } from './search-parameter.ts'
import { type Modifier, SearchError, type TokenValue } from './search-query.ts'
import { quote, splitUnescaped, unescapeText } from './search-text.ts'
import { typedSystem } from './token-rows.ts'

/** The modifiers of a request. Those that a query does not have become values. */
export type AskedModifier = Modifier | 'of-type' | 'in' | 'not-in'

/** The codes of a value set; undefined when it is not known. */
export type FindValueSet = (url: string) => readonly { system: string; code: string }[] | undefined

/** A code and all that are above or below it; undefined when the hierarchy of its system is not known. */
export type FindRelatedCodes = (
  code: { system: string; code: string },
  direction: 'above' | 'below',
) => readonly string[] | undefined

/** The knowledge about codes that modifiers need. Without it no value set and no hierarchy is known. */
export interface Terminology {
  findValueSet: FindValueSet
  findRelatedCodes: FindRelatedCodes
}

/** Whether a parameter, by its name in a request, needs terminology. */
export function needsTerminology(name: string): boolean {
  return /:(in|not-in|above|below)$/.test(name)
}

/**
 * https://hl7.org/fhir/R4/search.html#modifiers. Every parameter takes `missing`, and some modifiers suit some elements alone.
 */
const modifiersOf: Record<SearchParameterType, readonly AskedModifier[]> = {
  token: ['not'],
  string: ['exact', 'contains'],
  reference: [],
  uri: ['above', 'below'],
  date: [],
  number: [],
  quantity: [],
  composite: [],
}

/** The types that can be named are added to these. */
export function modifiersFor({ code, type, modifiers }: SearchParameter): readonly AskedModifier[] {
  // The id and the time of change are columns of the record itself.
  if (code === '_id' || code === '_lastUpdated') return ['missing']
  return ['missing', ...modifiersOf[type], ...(modifiers as readonly AskedModifier[])]
}

/** https://hl7.org/fhir/R4/search.html#prefix. A composite takes the prefixes of its second part. */
export function prefixesFor({ type, components }: SearchParameter): readonly Prefix[] {
  const isOrdered = type === 'date' || type === 'number' || type === 'quantity'
  // Parts that are compared are named value-date, value-quantity and the like.
  const second = type === 'composite' ? (components?.[1]?.code ?? '') : ''
  return isOrdered || /(date|quantity|range|number)$/.test(second) ? prefixes : []
}

/** `system|code|value` of an identifier: https://hl7.org/fhir/R4/search.html#token */
export function parseTyped(asked: Asked, text: string): TokenValue {
  const [system = '', code = '', value = '', ...more] = splitUnescaped(text, '|').map(unescapeText)
  if (code === '' || value === '' || more.length > 0)
    refuse(asked, text, 'system|code|value, where system and code are those of the type of the identifier')
  return { type: 'token', system: clipText(typedSystem({ system, code })), code: clipText(value) }
}

/**
 * The codes of a value set.
 * Throws SearchError for a value set that is not known.
 */
export function parseValueSet(
  { name, parameter }: Asked,
  url: string,
  find: FindValueSet | undefined,
): TokenValue[] {
  const codes = find?.(unescapeText(url))
  if (!codes)
    throw new SearchError(
      name,
      `The value set ${quote(url)} of ${quote(name)} is not known here. Known are the value sets of FHIR R4 and US Core that fix the codes of an element. Name the codes, with commas between them`,
    )
  return codes.map((each) => asToken(parameter, each))
}

/** `system|code` and the codes above or below it. Throws SearchError when their hierarchy is not known. */
export function parseRelated(
  asked: Asked,
  text: string,
  direction: 'above' | 'below',
  find: FindRelatedCodes | undefined,
): TokenValue[] {
  const [system = '', code = '', ...more] = splitUnescaped(text, '|').map(unescapeText)
  if (system === '' || code === '' || more.length > 0)
    refuse(asked, text, 'system|code: in which code system it is above or below others')
  const codes = find?.({ system, code }, direction)
  if (!codes)
    throw new SearchError(
      asked.name,
      `${quote(asked.name)} cannot be answered: the hierarchy of the code system ${quote(system)} is not known here. Known are the code systems that FHIR R4 defines as a whole. Name the codes, with commas between them`,
    )
  return codes.map((each) => asToken(asked.parameter, { system, code: each }))
}

function asToken(parameter: SearchParameter, { system, code }: { system: string; code: string }): TokenValue {
  return { type: 'token', system: clipText(impliedSystem(parameter, system)), code: clipText(code) }
}
