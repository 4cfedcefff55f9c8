import { findParameter, parametersOf, searchableTypes } from './parameters.ts'
import { describeUnknown } from './parse-condition.ts'
import type { SearchParameter } from './search-parameter.ts'
import { type IncludeRule, SearchError, type SearchQuery, type SortRule } from './search-query.ts'
import { quote } from './search-text.ts'

/** https://hl7.org/fhir/R4/search.html#return */
const maximumCount = 1000
const maximumSortRules = 5
const maximumIncludes = 30

type ParameterParser = (query: SearchQuery, value: string, name: string) => void

const readers: Record<string, ParameterParser> = {
  _sort(query, value, name) {
    requireFirst(query.sort.length === 0, name)
    query.sort = readSort(query.type, value, name)
  },
  _count(query, value, name) {
    requireFirst(query.count === undefined, name)
    if (!/^\d{1,9}$/.test(value))
      throw new SearchError(name, `_count takes a whole number, not ${quote(value)}`)
    // A server may return fewer records than the client asks for.
    query.count = Math.min(Number(value), maximumCount)
  },
  _include: (query, value, name) => addInclude(query.includes, query.type, value, name),
  _revinclude(query, value, name) {
    if (value !== '*') addInclude(query.revincludes, query.type, value, name)
    else if (name === '_revinclude') query.revincludes = withEveryRevinclude(query)
    else throw new SearchError(name, `Name the type that is brought along: ${name}=Provenance:target`)
  },
  _summary(query, value, name) {
    requireFirst(query.summary === undefined, name)
    query.summary = oneOf(value, ['true', 'text', 'data', 'count', 'false'], name)
  },
  _total(query, value, name) {
    requireFirst(query.total === undefined, name)
    query.total = oneOf(value, ['none', 'estimate', 'accurate'], name)
  },
  _elements(query, value, name) {
    const elements = value.split(',').map((each) => each.replace(new RegExp(`^${query.type}\\.`), ''))
    if (elements.length > 100 || !elements.every((each) => /^[A-Za-z]\w{0,60}$/.test(each)))
      throw new SearchError(name, '_elements takes names of elements with commas between them: id,status')
    query.elements = [...new Set([...(query.elements ?? []), ...elements])]
  },
}

/** Reads a parameter that decides how the answer looks, not which records are in it. False for any other parameter. */
export function readResultParameter(query: SearchQuery, name: string, value: string): boolean {
  if (!name.startsWith('_')) return false
  const [base = '', modifier, ...more] = name.split(':')
  const read = Object.hasOwn(readers, base) ? readers[base] : undefined
  if (!read) return false
  const takesIterate = base === '_include' || base === '_revinclude'
  // :recurse is what :iterate was called before R4.
  const isIterate = modifier === 'iterate' || modifier === 'recurse'
  if (modifier !== undefined && (!takesIterate || !isIterate || more.length > 0))
    throw new SearchError(
      name,
      `${quote(name)} is not known: ${takesIterate ? `write ${base}:iterate` : `write ${base}`}`,
    )
  read(query, value, name)
  return true
}

function requireFirst(isFirst: boolean, name: string): void {
  if (!isFirst) throw new SearchError(name, `${name} can be given only once`)
}

function oneOf<const Value extends string>(value: string, values: readonly Value[], name: string): Value {
  const found = values.find((each) => each === value)
  if (found === undefined)
    throw new SearchError(name, `${name} takes ${values.join(', ')}, not ${quote(value)}`)
  return found
}

function readSort(type: string, value: string, name: string): SortRule[] {
  const rules = new Map<string, SortRule>()
  for (const text of value.split(',')) {
    const descending = text.startsWith('-')
    const code = descending ? text.slice(1) : text
    const parameter = findParameter(type, code)
    if (!parameter) throw new SearchError(name, `_sort cannot be read: ${describeUnknown(type, code)}`)
    if (parameter.type === 'composite')
      throw new SearchError(name, `_sort cannot use ${code}, which joins two values`)
    const by = code === '_id' || code === '_lastUpdated' ? code : parameter
    if (!rules.has(code)) rules.set(code, { parameter: by, descending })
  }
  if (rules.size > maximumSortRules)
    throw new SearchError(name, `_sort takes at most ${maximumSortRules} parameters`)
  return [...rules.values()]
}

/** `Type:parameter`, `Type:parameter:Target`, `Type:*` or `*`. */
function addInclude(includes: IncludeRule[], type: string, value: string, name: string): void {
  const iterate = name.includes(':')
  const [sourceType = '', code = '*', targetType, ...more] = (value === '*' ? `${type}:*` : value).split(':')
  if (more.length > 0) throw new SearchError(name, `${name} takes Type:parameter or Type:parameter:Target`)
  if (!searchableTypes.includes(sourceType))
    throw new SearchError(name, `${name} takes Type:parameter, and ${quote(sourceType)} is not a type`)
  const parameter = code === '*' ? '*' : requireReference(sourceType, code, name)
  if (targetType !== undefined && targetType !== '') requireTarget(parameter, targetType, name)
  const target = targetType === undefined || targetType === '' ? {} : { targetType }
  const rule: IncludeRule = { sourceType, parameter, ...target, iterate }
  if (includes.some((each) => isSameRule(each, rule))) return
  // The types of `*` are not counted: there are no more than types.
  if (includes.filter((each) => each.parameter !== '*').length >= maximumIncludes)
    throw new SearchError(name, `A search takes at most ${maximumIncludes} of _include and of _revinclude`)
  includes.push(rule)
}

function isSameRule(one: IncludeRule, other: IncludeRule): boolean {
  return (
    one.sourceType === other.sourceType &&
    one.parameter === other.parameter &&
    one.targetType === other.targetType &&
    one.iterate === other.iterate
  )
}

/** All parameters that may name a record of the type, each once. Rules that iterate stay. */
function withEveryRevinclude({ type, revincludes }: SearchQuery): IncludeRule[] {
  const mayName = (each: SearchParameter) => each.type === 'reference' && each.targets.includes(type)
  const all = searchableTypes
    .filter((source) => parametersOf(source).some(mayName))
    .map((sourceType): IncludeRule => ({ sourceType, parameter: '*', iterate: false }))
  return [...revincludes.filter(({ iterate }) => iterate), ...all]
}

function requireReference(type: string, code: string, name: string): SearchParameter {
  const parameter = findParameter(type, code)
  if (!parameter) throw new SearchError(name, `${name} cannot be read: ${describeUnknown(type, code)}`)
  if (parameter.type !== 'reference')
    throw new SearchError(name, `${name} needs a reference, which ${type}.${code} is not`)
  return parameter
}

function requireTarget(parameter: SearchParameter | '*', targetType: string, name: string): void {
  const targets = parameter === '*' ? searchableTypes : parameter.targets
  if (!targets.includes(targetType))
    throw new SearchError(
      name,
      `${name} cannot reach ${quote(targetType)}: it reaches ${targets.slice(0, 10).join(', ')}`,
    )
}
