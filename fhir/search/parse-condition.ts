import {
  type AskedModifier,
  modifiersFor,
  parseRelated,
  parseTyped,
  parseValueSet,
  type Terminology,
} from './modifiers.ts'
import { findParameter, parametersOf } from './parameters.ts'
import type { Asked } from './parse-single-value.ts'
import { parseValue } from './parse-value.ts'
import type { SearchParameter } from './search-parameter.ts'
import { type Condition, type ParameterCondition, SearchError, type SearchValue } from './search-query.ts'
import { quote, splitUnescaped } from './search-text.ts'

/** What one request may cost; a chain over several types costs a condition for each. */
export interface Budget {
  conditions: number
  values: number
}

/** One pair of a search: the name as the request has it, and its value. */
export interface Question {
  name: string
  value: string
  bases: readonly string[]
  terminology: Terminology | undefined
  budget: Budget
}

const maximumDepth = 3
const maximumTargets = 12
const maximumLength = 2000

/** Undefined when `type` has no parameter of this name. Throws SearchError for a parameter that is used in a wrong way. */
export function parseCondition(type: string, question: Question): Condition | undefined {
  const { name } = question
  const plain = findParameter(type, name)
  if (plain) return plainCondition(type, plain, question)
  if (name.startsWith('_has:')) return parsePart(type, name, question, 0)
  const code = /^[^.:]*/.exec(name)?.[0] ?? ''
  return findParameter(type, code) ? parsePart(type, name, question, 0) : undefined
}

function parsePart(type: string, part: string, question: Question, depth: number): Condition {
  if (depth > maximumDepth)
    throw new SearchError(
      question.name,
      `${quote(question.name)} goes over more than ${maximumDepth} references: ask for less`,
    )
  if (part.startsWith('_has:')) return parseHas(type, part, question, depth)
  const dot = part.indexOf('.')
  if (dot !== -1)
    return parseChain(type, { head: part.slice(0, dot), rest: part.slice(dot + 1) }, question, depth)
  return parseParameter(type, part, question)
}

/** `_has:Observation:patient:code=…` */
function parseHas(type: string, part: string, question: Question, depth: number): Condition {
  const match = /^_has:([A-Za-z]+):([^:.]+):(.+)$/s.exec(part)
  const [, source = '', code = '', rest = ''] = match ?? []
  if (!match)
    throw new SearchError(question.name, `Write ${quote(question.name)} as _has:Type:reference:parameter`)
  const reference = requireParameter(source, code, question)
  if (!reference.targets.includes(type))
    throw new SearchError(question.name, `${source}.${code} of ${quote(question.name)} never names a ${type}`)
  return { kind: 'has', type: source, reference, condition: parsePart(source, rest, question, depth + 1) }
}

/** `subject:Patient.name`, `patient.organization.name` */
function parseChain(
  type: string,
  { head, rest }: { head: string; rest: string },
  question: Question,
  depth: number,
): Condition {
  const [code = '', targetType, ...more] = head.split(':')
  const reference = requireParameter(type, code, question)
  if (reference.type !== 'reference' || more.length > 0)
    throw new SearchError(
      question.name,
      `${type}.${code} is not a reference, so ${quote(question.name)} cannot go over it`,
    )
  if (targetType !== undefined && !reference.targets.includes(targetType))
    throw new SearchError(
      question.name,
      `${type}.${code} never names a ${quote(targetType)}: ${listTargets(reference)}`,
    )
  const targets = targetType === undefined ? reference.targets : [targetType]
  if (targets.length > maximumTargets)
    throw new SearchError(
      question.name,
      `${type}.${code} may name any type: write ${code}:Type.${rest.slice(0, 80)}`,
    )
  const conditions = parseForTargets({ targets, reference, rest }, question, depth)
  const [only] = conditions
  return only && conditions.length === 1 ? only : { kind: 'or', conditions }
}

/** At least one of the types that a reference may name must have the parameter. */
function parseForTargets(
  { targets, reference, rest }: { targets: readonly string[]; reference: SearchParameter; rest: string },
  question: Question,
  depth: number,
): Condition[] {
  const conditions: Condition[] = []
  let failure: unknown
  for (const targetType of targets)
    try {
      const condition = parsePart(targetType, rest, question, depth + 1)
      conditions.push({ kind: 'chain', reference, targetType, condition })
    } catch (error) {
      if (!(error instanceof SearchError) || isSpent(question.budget)) throw error
      failure = error
    }
  if (conditions.length === 0) throw failure
  return conditions
}

function listTargets(reference: SearchParameter): string {
  return `it names ${reference.targets.slice(0, 10).join(', ')}`
}

function requireParameter(type: string, code: string, question: Question): SearchParameter {
  const parameter = findParameter(type, code)
  if (parameter) return parameter
  throw new SearchError(question.name, describeUnknown(type, code))
}

/** Says that a parameter is not known, and lists the known ones. */
export function describeUnknown(type: string, code: string): string {
  const codes = parametersOf(type).map((parameter) => parameter.code)
  if (codes.length === 0) return `There is no type ${quote(type)} to search`
  return `${type} has no search parameter ${quote(code)}. It has ${codes.join(', ')}`
}

/** The condition of a parameter without a modifier, the common case. */
function plainCondition(resourceType: string, parameter: SearchParameter, question: Question): Condition {
  spend(question, 'conditions', 1)
  const { name, bases } = question
  const asked: Asked = { name, resourceType, parameter, modifier: undefined, targetType: undefined, bases }
  const values = readValues(question).flatMap((text) => parseValue(asked, text))
  return { kind: 'parameter', parameter, modifier: undefined, values }
}

function parseParameter(type: string, part: string, question: Question): Condition {
  const [code = '', modifierText, ...more] = part.split(':')
  const parameter = requireParameter(type, code, question)
  if (modifierText === undefined) return plainCondition(type, parameter, question)
  const { modifier, targetType } = readModifier(parameter, modifierText, more, question)
  spend(question, 'conditions', 1)
  if (modifier === 'missing') return missingCondition(parameter, { isMissing: readMissing(question) })
  const { name, bases } = question
  const asked: Asked = {
    name,
    resourceType: type,
    parameter,
    modifier: keptModifier(parameter, modifier),
    targetType,
    bases,
  }
  const values = readValues(question).flatMap((text) => parseModified(asked, text, modifier, question))
  return { kind: 'parameter', parameter, modifier: asked.modifier, values }
}

/** Parameters that are columns of every record are never missing. */
function missingCondition(parameter: SearchParameter, { isMissing }: { isMissing: boolean }): Condition {
  if (parameter.code === '_id' || parameter.code === '_lastUpdated')
    return isMissing ? { kind: 'or', conditions: [] } : { kind: 'and', conditions: [] }
  return { kind: 'parameter', parameter, modifier: 'missing', isMissing, values: [] }
}

/** The modifier of the query. It is undefined where the values already express it. */
function keptModifier(
  { type }: SearchParameter,
  modifier: AskedModifier | undefined,
): ParameterCondition['modifier'] {
  if (modifier === 'of-type' || modifier === 'in') return undefined
  if (type === 'token' && (modifier === 'above' || modifier === 'below')) return undefined
  return modifier === 'not-in' ? 'not' : modifier
}

function parseModified(
  asked: Asked,
  text: string,
  modifier: AskedModifier | undefined,
  question: Question,
): SearchValue[] {
  if (modifier === 'of-type') return [parseTyped(asked, text)]
  const codes = parseCodes(asked, text, modifier, question)
  if (!codes) return parseValue(asked, text)
  spend(question, 'values', codes.length)
  return codes
}

/** The codes for which a value set or a place in a hierarchy stands. Undefined for every other modifier. */
function parseCodes(
  asked: Asked,
  text: string,
  modifier: AskedModifier | undefined,
  { terminology }: Question,
): SearchValue[] | undefined {
  if (modifier === 'in' || modifier === 'not-in') return parseValueSet(asked, text, terminology?.findValueSet)
  const isRelated = modifier === 'above' || modifier === 'below'
  return isRelated && asked.parameter.type === 'token'
    ? parseRelated(asked, text, modifier, terminology?.findRelatedCodes)
    : undefined
}

function readModifier(
  parameter: SearchParameter,
  text: string,
  more: string[],
  question: Question,
): { modifier: AskedModifier | undefined; targetType: string | undefined } {
  const known: readonly string[] = modifiersFor(parameter)
  if (more.length === 0) {
    if (known.includes(text)) return { modifier: text as AskedModifier, targetType: undefined }
    if (parameter.targets.includes(text)) return { modifier: 'type', targetType: text }
  }
  const shown = [...known, ...parameter.targets.slice(0, 10)].map((each) => `:${each}`).join(', ')
  const refused = quote([text, ...more].join(':'))
  throw new SearchError(
    question.name,
    `The modifier ${refused} cannot be used with ${parameter.code}. It takes ${shown}`,
  )
}

function readMissing({ name, value }: Question): boolean {
  if (value === 'true' || value === 'false') return value === 'true'
  throw new SearchError(name, `${quote(name)} takes true or false, not ${quote(value)}`)
}

/** The values of which one must match. */
function readValues(question: Question): string[] {
  const { name, value } = question
  if (value.includes('\u0000')) throw new SearchError(name, `${quote(name)} has a character 0: leave it out`)
  const values = splitUnescaped(value, ',').filter((text) => text !== '')
  if (values.length === 0)
    throw new SearchError(name, `${quote(name)} has no value: give one or leave it out`)
  if (values.some((text) => text.length > maximumLength))
    throw new SearchError(
      name,
      `A value of ${quote(name)} is longer than ${maximumLength} characters: shorten it`,
    )
  spend(question, 'values', values.length)
  return values
}

function spend({ name, budget }: Question, what: keyof Budget, amount: number): void {
  budget[what] -= amount
  if (budget[what] < 0)
    throw new SearchError(
      name,
      `The search has too many ${what}: split it, or name the types of chained references`,
    )
}

function isSpent(budget: Budget): boolean {
  return budget.conditions < 0 || budget.values < 0
}
