/** What the CapabilityStatement and the reference of search claim, as questions with records that match and records that do not. */
import { memberships } from '#fhir/compartment/about-the-patient.ts'
import { selectPath } from '#fhir/search/compile-path.ts'
import { modifiersFor, prefixesFor } from '#fhir/search/modifiers.ts'
import { findParameter, parametersOf, type SearchParameter } from '#fhir/search/parameters.ts'
import { listedCode, type Way, waysOf } from './make-record.ts'

type Json = Record<string, unknown>

export interface Question {
  type: string
  name: string
  value: string
  /** Ids that must be among the answers. */
  found: string[]
  /** Ids that must not. */
  missed: string[]
}

/** Records and the questions about them. */
export interface Proof {
  records: Json[]
  questions: Question[]
}

const patientId = 'proof-a'
const ucum = 'http://unitsofmeasure.org'
const clinical = 'http://terminology.hl7.org/CodeSystem/condition-clinical'
const clinicalSet = 'http://hl7.org/fhir/ValueSet/condition-clinical'

/** The address by which others name the definition of a type. */
export const canonicalOf = (type: string, variant = 'a') => `http://proof.example/${type}/${variant}`

/** A record that others name, `Type/proof-a` and `Type/proof-b`. */
export function namedRecord(type: string, variant: 'a' | 'b' | 'x'): Json {
  const url = variant !== 'x' && findParameter(type, 'url') ? { url: canonicalOf(type, variant) } : {}
  return aboutSomebody({ resourceType: type, id: `proof-${variant}`, ...url })
}

/** What a record of the type must be about, where it does not say so already. */
export function aboutSomebody(record: Json): Json {
  const { elements = [], otherwise } = memberships.get(String(record.resourceType)) ?? {}
  const [element = ''] = elements
  if (otherwise !== 'refused' || element === '' || record[element] !== undefined) return record
  return { ...record, [element]: { reference: `Patient/${patientId}` } }
}

/** A value and how it is asked for. */
interface Sample {
  value: unknown
  asked: string
}

/** For each parameter of a type: every way to say it, every modifier and every prefix. */
export function proofOf(type: string): Proof {
  const proof: Proof = {
    records: [namedRecord(type, 'a'), namedRecord(type, 'b'), namedRecord(type, 'x')],
    questions: [],
  }
  for (const parameter of parametersOf(type)) {
    const { code } = parameter
    if (code === '_id') addId(proof, type)
    else if (code !== '_lastUpdated') addParameter(proof, type, parameter)
  }
  return proof
}

function addId({ questions }: Proof, type: string): void {
  const [found, missed] = [['proof-a'], ['proof-b']]
  questions.push({ type, name: '_id', value: 'proof-a', found, missed })
  questions.push({ type, name: '_id:missing', value: 'false', found: [...found, ...missed], missed: [] })
  questions.push({ type, name: '_id:missing', value: 'true', found: [], missed: [...found, ...missed] })
}

/** Two records for each way: one with the value that is asked for, one with another. */
interface Pair {
  way: Way
  a: Sample
  b: Sample
  ids: { a: string; b: string }
  /** Of a composite: whether the second record has another code, so that nothing of its value is asked. */
  hasOtherCode?: boolean
}

function addParameter(proof: Proof, type: string, parameter: SearchParameter): void {
  const { code } = parameter
  const pairs = pairsOf(type, parameter).map((pair, index): Pair => {
    const name = `${code.replace(/^_/, 'common-')}-${index}`
    return { ...pair, ids: { a: `${name}-a`.slice(-64), b: `${name}-b`.slice(-64) } }
  })
  for (const { way, a, b, ids } of pairs) {
    proof.records.push(aboutSomebody({ ...way.make(a.value), id: ids.a }))
    proof.records.push(aboutSomebody({ ...way.make(b.value), id: ids.b }))
  }
  const isThere = selectPath(parameter.expression, namedRecord(type, 'x')).length > 0
  const all = pairs.flatMap(({ ids }) => [ids.a, ids.b])
  const add = (name: string, value: string, found: string[], missed: string[]) =>
    proof.questions.push({ type, name, value, found, missed })
  for (const [asked, some] of Map.groupBy(pairs, ({ a }) => a.asked)) {
    const [found, missed] = [some.map(({ ids }) => ids.a), some.map(({ ids }) => ids.b)]
    add(code, asked, found, isThere ? missed : [...missed, 'proof-x'])
    const others = some.flatMap(({ ids, hasOtherCode }) => (hasOtherCode ? [] : [ids.b]))
    for (const [name, value, isOther] of variantsOf(parameter, asked, some))
      add(name, value, isOther ? others : found, isOther ? found : missed)
  }
  if (code === 'deceased') return
  add(`${code}:missing`, 'false', all, isThere ? [] : ['proof-x'])
  add(`${code}:missing`, 'true', isThere ? [] : ['proof-x'], all)
}

/** Other questions that find the first record of each pair, or the second in its place. */
function variantsOf(
  parameter: SearchParameter,
  asked: string,
  pairs: readonly Pair[],
): Array<[name: string, value: string, isOther?: boolean]> {
  const { code, type, systems } = parameter
  const [pair] = pairs
  if (!pair) return []
  const questions: Array<[name: string, value: string, isOther?: boolean]> = []
  const prefixes: readonly string[] = prefixesFor(parameter)
  if (prefixes.length > 0) questions.push(...prefixQuestions(parameter, asked, pair))
  if (type === 'token' && asked !== 'true') questions.push(...systemQuestions(code, systems, asked, pair))
  for (const modifier of modifiersFor(parameter)) {
    const found = modifierQuestion(parameter, modifier, asked, pair)
    if (found) questions.push([`${code}:${modifier}`, ...found])
  }
  for (const target of type === 'reference' && pair.way.leaf === 'Reference' ? targetsIn(pair.a) : [])
    questions.push([`${code}:${target}`, 'proof-a'])
  return questions
}

function targetsIn({ asked }: Sample): string[] {
  return asked.split('/', 1)
}

/** In one unit, one date: between the two values lies another. */
function prefixQuestions(
  { code, type, components }: SearchParameter,
  asked: string,
  { b }: Pair,
): Array<[string, string, boolean?]> {
  const split = type === 'composite' ? asked.indexOf('$') + 1 : 0
  const [before, own] = [asked.slice(0, split), asked.slice(split)]
  const isDate = /^\d{4}-/.test(own)
  if (type === 'composite' && !/(date|quantity|range|number)$/.test(components?.[1]?.code ?? '')) return []
  const middle = isDate ? '2003-01-01' : own.replace(/^5/, '20')
  const other = b.asked.slice(split)
  const ask = (prefix: string, value: string, isOther = false): [string, string, boolean] => [
    code,
    `${before}${prefix}${value}`,
    isOther,
  ]
  return [
    ask('eq', own),
    ask('ne', other),
    ask('lt', middle),
    ask('le', middle),
    ask('eb', middle),
    ask('gt', middle, true),
    ask('ge', middle, true),
    ask('sa', middle, true),
    ask('ap', own),
  ]
}

function systemQuestions(
  code: string,
  systems: readonly string[],
  asked: string,
  { way }: Pair,
): Array<[string, string]> {
  if (isConcept(way))
    return [
      [code, `${clinical}|${asked}`],
      [code, `${clinical}|`],
    ]
  if (way.leaf === 'Identifier') return [[code, `urn:proof|${asked}`]]
  return systems.map((system) => [code, `${system}|${asked}`])
}

function modifierQuestion(
  parameter: SearchParameter,
  modifier: string,
  asked: string,
  { way }: Pair,
): [value: string, isOther?: boolean] | undefined {
  const isIdentifier = way.leaf === 'Identifier'
  switch (modifier) {
    // Asked for all records of a parameter at once.
    case 'missing':
      return undefined
    case 'not':
      return [asked, true]
    case 'text':
      return isConcept(way) || isIdentifier ? ['proof wo'] : undefined
    case 'of-type':
      return isIdentifier ? [`urn:types|PROOF|${asked}`] : undefined
    case 'identifier':
      return way.leaf === 'Reference' ? ['urn:proof|proof-a'] : undefined
    case 'exact':
      return ['Proof Alpha']
    case 'contains':
      return ['f alph']
    default:
      return parameter.type === 'token'
        ? terminologyQuestion(parameter, modifier, asked, way)
        : uriQuestion(modifier)
  }
}

function terminologyQuestion(
  { systems }: SearchParameter,
  modifier: string,
  asked: string,
  way: Way,
): [value: string, isOther?: boolean] | undefined {
  if (modifier === 'above' || modifier === 'below') {
    const system = isConcept(way) ? clinical : systems[0]
    return system === undefined ? undefined : [`${system}|${asked}`]
  }
  const listed = listedCode(systems)
  const set = isConcept(way) ? clinicalSet : asked === listed?.code ? listed.set : undefined
  return set === undefined ? undefined : [set, modifier === 'not-in']
}

function uriQuestion(modifier: string): [value: string] | undefined {
  if (modifier === 'above') return ['http://proof.example/a/b/c']
  return modifier === 'below' ? ['http://proof.example/a'] : undefined
}

function isConcept({ leaf }: Way): boolean {
  return leaf === 'Coding' || leaf === 'CodeableConcept'
}

function pairsOf(type: string, parameter: SearchParameter): Array<Omit<Pair, 'ids'>> {
  if (parameter.type === 'composite') return compositePairs(type, parameter)
  return waysOf(type, parameter.expression).map((way) => ({
    way,
    a: sampleOf(parameter, way, 'a'),
    b: sampleOf(parameter, way, 'b'),
  }))
}

/** One part is the same in both, the other is not: both parts are looked at. */
function compositePairs(type: string, parameter: SearchParameter): Array<Omit<Pair, 'ids'>> {
  const [first, second] = parameter.components ?? []
  const [firstParameter, secondParameter] = [first, second].map((part) =>
    findParameter(type, part?.code ?? ''),
  )
  if (!first || !second || !firstParameter || !secondParameter)
    throw new Error(`${type}.${parameter.code} has no parts`)
  return waysOf(type, parameter.expression).flatMap((way) =>
    waysOf(way.leaf, first.expression).flatMap((one) =>
      waysOf(way.leaf, second.expression).flatMap((two) => {
        const join = (left: 'a' | 'b', right: 'a' | 'b'): Sample => {
          const [x, y] = [sampleOf(firstParameter, one, left), sampleOf(secondParameter, two, right)]
          const { resourceType: _one, ...parts } = { ...one.make(x.value), ...two.make(y.value) } as Json
          return { value: parts, asked: `${x.asked}$${y.asked}` }
        }
        return [
          { way, a: join('a', 'a'), b: join('a', 'b') },
          { way, a: join('a', 'a'), b: join('b', 'a'), hasOtherCode: true },
        ]
      }),
    ),
  )
}

function sampleOf(parameter: SearchParameter, way: Way, variant: 'a' | 'b'): Sample {
  const isA = variant === 'a'
  switch (parameter.type) {
    case 'token':
      return tokenSample(parameter, way.leaf, isA)
    case 'string': {
      const text = isA ? 'Proof Alpha' : 'Proof Beta'
      const value =
        way.leaf === 'HumanName' ? { family: text } : way.leaf === 'Address' ? { city: text } : text
      return { value, asked: text }
    }
    case 'uri': {
      const value = isA ? 'http://proof.example/a/b' : 'http://other.example/c'
      return { value, asked: value }
    }
    case 'reference':
      return referenceSample(parameter, way, variant)
    case 'date':
      return dateSample(way.leaf, isA ? '2001-02-03' : '2005-06-07')
    default:
      return quantitySample(parameter.type, way.leaf, isA ? 5 : 50)
  }
}

function tokenSample({ code, systems }: SearchParameter, leaf: string, isA: boolean): Sample {
  const plain = isA ? (listedCode(systems)?.code ?? 'proof-a') : 'proof-b'
  if (code === 'deceased')
    return {
      value: isA ? (leaf === 'boolean' ? true : '2020') : leaf === 'boolean' ? false : undefined,
      asked: 'true',
    }
  const coding = isA
    ? { system: clinical, code: 'active', display: 'Proof words' }
    : { system: 'urn:proof', code: 'proof-b', display: 'Others' }
  const identifier = {
    system: 'urn:proof',
    value: `proof-${isA ? 'a' : 'b'}`,
    type: { coding: [{ system: 'urn:types', code: 'PROOF' }], text: isA ? 'Proof words' : 'Others' },
  }
  switch (leaf) {
    case 'Coding':
      return { value: coding, asked: coding.code }
    case 'CodeableConcept':
      return { value: { coding: [coding] }, asked: coding.code }
    case 'Identifier':
      return { value: identifier, asked: identifier.value }
    case 'ContactPoint':
      return { value: { value: identifier.value }, asked: identifier.value }
    case 'boolean':
      return { value: isA, asked: String(isA) }
    default:
      return { value: plain, asked: plain }
  }
}

function referenceSample({ targets }: SearchParameter, { leaf, target }: Way, variant: 'a' | 'b'): Sample {
  if (leaf === 'canonical' || leaf === 'uri') {
    const value = canonicalOf(targets.find((each) => findParameter(each, 'url')) ?? 'None', variant)
    return { value, asked: value }
  }
  const named = target ?? (targets.includes('Patient') ? 'Patient' : (targets[0] ?? 'Patient'))
  const asked = `${named}/proof-${variant}`
  if (leaf === 'Resource') return { value: { resourceType: named, id: `proof-${variant}` }, asked }
  return {
    value: { reference: asked, identifier: { system: 'urn:proof', value: `proof-${variant}` } },
    asked,
  }
}

function dateSample(leaf: string, day: string): Sample {
  const values: Record<string, unknown> = {
    instant: `${day}T00:00:00Z`,
    Period: { start: day, end: day },
    Timing: { event: [day] },
  }
  return { value: values[leaf] ?? day, asked: day }
}

function quantitySample(type: string, leaf: string, value: number): Sample {
  const unit = { unit: 'mg', system: ucum, code: 'mg' }
  if (type === 'number')
    return { value: leaf === 'Range' ? { low: { value }, high: { value } } : value, asked: String(value) }
  switch (leaf) {
    case 'Range':
      return { value: { low: { value, ...unit }, high: { value, ...unit } }, asked: `${value}|${ucum}|mg` }
    case 'Money':
      return { value: { value, currency: 'USD' }, asked: `${value}|urn:iso:std:iso:4217|USD` }
    case 'SampledData':
      return { value: { origin: { value: 0, ...unit }, data: String(value) }, asked: `${value}|${ucum}|mg` }
    default:
      return { value: { value, ...unit }, asked: `${value}|${ucum}|mg` }
  }
}
