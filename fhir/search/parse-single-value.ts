import { earliestTime, latestTime, parseDate, restorePlus } from '../dates.ts'
import { splitPrefix } from '../prefix.ts'
import { isResourceId, parseReference } from '../reference.ts'
import { clipText, normalizeText } from './normalize-text.ts'
import type { SearchParameter } from './search-parameter.ts'
import { type Modifier, SearchError, type SearchValue, type TokenValue } from './search-query.ts'
import { quote, splitUnescaped, unescapeText } from './search-text.ts'

/** The parameter for which a value is read. */
export interface Asked {
  /** The parameter as the request names it, for messages. */
  name: string
  /** The type of the records that have the parameter. */
  resourceType: string
  parameter: SearchParameter
  modifier: Modifier | undefined
  /** Of `subject:Patient`. */
  targetType: string | undefined
  /** Addresses of our own API, without a slash at the end. */
  bases: readonly string[]
}

/** `expected` ends the sentence "write …". */
export function refuse(asked: Asked, text: string, expected: string): never {
  throw new SearchError(
    asked.name,
    `The value ${quote(text)} of ${quote(asked.name)} cannot be read: write ${expected}`,
  )
}

/** `code`, `system|code`, `|code` or `system|`. */
export function parseToken(asked: Asked, text: string): TokenValue {
  const [first = '', ...rest] = splitUnescaped(text, '|').map(unescapeText)
  if (rest.length === 0) return { type: 'token', system: undefined, code: clipText(first) }
  const code = rest.join('|')
  if (code === '' && first === '') refuse(asked, text, 'a code, system|code, |code or system|')
  const system = impliedSystem(asked.parameter, first)
  return { type: 'token', system: clipText(system), code: code === '' ? undefined : clipText(code) }
}

/**
 * The system as the index has it: an element that is a code alone does not name its system
 * (https://hl7.org/fhir/R4/search.html#token).
 */
export function impliedSystem({ systems }: SearchParameter, system: string): string {
  return systems.includes(system) ? '' : system
}

export function parseString(
  asked: Asked,
  text: string,
): { type: 'string'; normalized: string; original: string } {
  const plain = unescapeText(text)
  const normalized = normalizeText(plain)
  if (normalized === '') refuse(asked, text, 'at least one character that is not a space')
  return { type: 'string', normalized, original: clipText(plain) }
}

/** `:above` asks for all addresses above this one, which are listed here. */
export function parseUri({ modifier }: Asked, text: string): SearchValue[] {
  const value = unescapeText(text)
  const values = [value]
  if (modifier === 'above')
    for (
      let at = value.lastIndexOf('/');
      at > 0 && value[at - 1] !== '/';
      at = value.lastIndexOf('/', at - 1)
    )
      values.push(value.slice(0, at + 1), value.slice(0, at))
  return [...new Set(values)].map((each) => ({ type: 'uri', value: clipText(each) }))
}

/** `Type/id`, a bare id for every type that it may mean, or an address. */
export function parseTargets(asked: Asked, text: string): string[] {
  const { targetType, parameter, bases } = asked
  const types = targetType === undefined ? parameter.targets : [targetType]
  if (isResourceId(text)) return types.map((type) => `${type}/${text}`)
  const parsed = parseReference(text, bases)
  if (parsed.kind === 'relative') {
    if (targetType !== undefined && targetType !== parsed.type)
      refuse(asked, text, `a reference to ${targetType}, or leave ":${targetType}" out of the name`)
    return [`${parsed.type}/${parsed.id}`]
  }
  if (!(text as string).includes(':')) refuse(asked, text, `Type/id, an id or an absolute address`)
  return [clipText((text as string).replace(/\/_history\/[^/]*$/, ''))]
}

export function parseDateValue(asked: Asked, text: string): SearchValue & { type: 'date' } {
  const [prefix, date] = splitPrefix(restorePlus(unescapeText(text)))
  const range =
    parseDate(date) ??
    refuse(asked, text, 'a date, such as 2024, 2024-03, ge2024-03-15 or lt2024-03-15T10:00:00Z')
  const { start, end } = range
  if (prefix !== 'ap') return { type: 'date', prefix, start, end }
  // `ap` adds the length of the range on either side: 2024 reaches from 2023 to 2025, and a day gets one day more or less.
  const around = end - start
  return {
    type: 'date',
    prefix,
    start: Math.max(start - around, earliestTime),
    end: Math.min(end + around, latestTime),
  }
}
