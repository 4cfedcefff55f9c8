import { clipText } from './normalize-text.ts'
import type { SearchParameter, SearchParameterType } from './parameters.ts'
import { prefixes } from './parse-quantity.ts'
import { type Asked, refuse } from './parse-single-value.ts'
import { type Modifier, type Prefix, SearchError, type TokenValue } from './search-query.ts'
import { quote, splitUnescaped, unescapeText } from './search-text.ts'
import { typedSystem } from './token-rows.ts'

/** Modifiers of a request; those that a query does not have are turned into values. */
export type AskedModifier = Modifier | 'of-type' | 'in' | 'not-in'

/** The codes of a value set; undefined when it is not known. */
export type FindValueSet = (url: string) => readonly { system: string; code: string }[] | undefined

/** https://hl7.org/fhir/R4/search.html#modifiers; `missing` is for all. */
const modifiersOf: Record<SearchParameterType, readonly AskedModifier[]> = {
  token: ['not', 'text', 'in', 'not-in'],
  string: ['exact', 'contains'],
  reference: ['identifier'],
  uri: ['above', 'below'],
  date: [],
  number: [],
  quantity: [],
  composite: [],
}

/** Types to name, and `:missing`, come on top. */
export function modifiersFor({ code, type }: SearchParameter): readonly AskedModifier[] {
  // The id and the time of change are columns of the record itself.
  if (code === '_id' || code === '_lastUpdated') return ['missing']
  const own = modifiersOf[type]
  // Of an Identifier alone it means anything.
  const withType = type === 'token' && /identifier$/.test(code)
  return ['missing', ...own, ...(withType ? (['of-type'] as const) : [])]
}

/** https://hl7.org/fhir/R4/search.html#prefix; of a composite those of its second part. */
export function prefixesFor({ type, components }: SearchParameter): readonly Prefix[] {
  const isOrdered = type === 'date' || type === 'number' || type === 'quantity'
  // Parts that are compared are named value-date, value-quantity and the like.
  const second = type === 'composite' ? (components?.[1]?.code ?? '') : ''
  return isOrdered || /(date|quantity|range|number)$/.test(second) ? prefixes : []
}

/** Why a modifier that FHIR has for the type of the parameter is not answered; undefined for others. */
export function whyNotAnswered({ type }: SearchParameter, modifier: string): string | undefined {
  if (type === 'token' && (modifier === 'above' || modifier === 'below'))
    return `the modifier ${quote(modifier)} needs the hierarchy of the code system, which this server does not have. Name the codes, with commas between them`
  return undefined
}

/** `system|code|value` of an identifier: https://hl7.org/fhir/R4/search.html#token */
export function parseTyped(asked: Asked, text: string): TokenValue {
  const [system = '', code = '', value = '', ...more] = splitUnescaped(text, '|').map(unescapeText)
  if (code === '' || value === '' || more.length > 0)
    refuse(asked, text, 'system|code|value, where system and code are those of the type of the identifier')
  return { type: 'token', system: clipText(typedSystem({ system, code })), code: clipText(value) }
}

/**
 * The codes of a value set. Elements that are only a code have no system of their own: their binding implies it.
 * Throws SearchError for a value set that is not known.
 */
export function parseValueSet(name: string, url: string, find: FindValueSet | undefined): TokenValue[] {
  const codes = find?.(unescapeText(url))
  if (!codes)
    throw new SearchError(
      name,
      `The value set ${quote(url)} of ${quote(name)} is not known here; those of FHIR R4 and US Core are that list the codes which alone may stand in an element. Name the codes, with commas between them`,
    )
  return codes.flatMap(({ system, code }) =>
    [system, ''].map((each): TokenValue => ({ type: 'token', system: clipText(each), code: clipText(code) })),
  )
}
