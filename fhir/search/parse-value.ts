import { findParameter } from './parameters.ts'
import { parseComposite } from './parse-composite.ts'
import { parseNumberValue, parseQuantityValue } from './parse-quantity.ts'
import {
  type Asked,
  parseDateValue,
  parseString,
  parseTargets,
  parseToken,
  parseUri,
  refuse,
} from './parse-single-value.ts'
import type { SearchParameter } from './search-parameter.ts'
import type { SearchValue } from './search-query.ts'
import { unescapeText } from './search-text.ts'

/** One value, or several of which one must match; throws SearchError. */
export function parseValue(asked: Asked, text: string): SearchValue[] {
  const { modifier, parameter } = asked
  if (modifier === 'text') return [parseString(asked, text)]
  if (modifier === 'identifier') return [parseToken(asked, text)]
  return readers[parameter.type](asked, text)
}

const readers: Record<SearchParameter['type'], (asked: Asked, text: string) => SearchValue[]> = {
  token: (asked, text) => [parseToken(asked, text)],
  string: (asked, text) => [parseString(asked, text)],
  uri: parseUri,
  reference: (asked, text) => [{ type: 'reference', targets: parseTargets(asked, unescapeText(text)) }],
  date: (asked, text) => [parseDateValue(asked, text)],
  number: (asked, text) => [
    parseNumberValue(text) ?? refuse(asked, text, 'a number, such as 5.4, ge5.4 or lt1e3'),
  ],
  quantity: (asked, text) =>
    parseQuantityValue(text) ??
    refuse(asked, text, 'a quantity, such as 5.4, ge5.4|http://unitsofmeasure.org|mg or 5.4||mg'),
  composite: (asked, text) => {
    const [first, second] = (asked.parameter.components ?? []).map((part) => partOf(asked, part.code))
    return first && second ? parseComposite(asked, text, first, second) : []
  },
}

function partOf(asked: Asked, code: string): Asked | undefined {
  const parameter = findParameter(asked.resourceType, code)
  return parameter && { ...asked, parameter }
}
