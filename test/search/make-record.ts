/** Makes records that have exactly what the path of a search parameter selects, from the definitions of R4. */
import { type Expression, parseExpression } from '#fhir/fhirpath/syntax.ts'
import { expandExtension } from '#fhir/search/compile-path.ts'
import { choices } from '#fhir/search/search-table.ts'
import type { R4Table } from '#fhir/validation/definition-tables.ts'
import r4Table from '#fhir/validation/r4-definitions.json' with { type: 'json' }
import { type Field, readCodes, readInvariants, readTypes } from '#fhir/validation/types.ts'

type Json = Record<string, unknown>

const table = r4Table as unknown as R4Table
const types = readTypes(table, readInvariants({}), readCodes(table.valueSets))

/** One step of a path, with what its `where` asks. */
interface Step {
  name: string
  type?: string
  conditions: Expression[]
}

/** One way through a path, down to an element of one type. */
export interface Way {
  /** The element at its end: `CodeableConcept`. */
  leaf: string
  /** A resource of the type with this value there. */
  make(value: unknown): Json
  /** The type that a reference must lead to. */
  target: string | undefined
}

/** Every way through an expression, by alternatives and by the types of choices. */
export function waysOf(type: string, expression: string): Way[] {
  return stepsOf(parseExpression(expression)).flatMap((steps) => {
    const target = steps.flatMap(({ conditions }) => conditions.flatMap(targetOf)).at(0)
    return leavesOf(type, steps).map(({ leaf, keys }) => ({
      leaf,
      target,
      make: (value) => plant({ resourceType: type }, type, steps, keys, value),
    }))
  })
}

function stepsOf(node: Expression): Step[][] {
  switch (node.kind) {
    case 'focus':
      return [[]]
    case 'member':
      return stepsOf(node.of).map((steps) => [...steps, { name: node.name, conditions: [] }])
    case 'typed':
      return stepsOf(node.of).map((steps) => changeLast(steps, (last) => ({ ...last, type: node.type })))
    case 'item':
      return stepsOf(node.of)
    case 'call':
      return stepsOfCall(node)
    case 'binary':
      if (node.operator === '|') return [...stepsOf(node.left), ...stepsOf(node.right)]
      // `Patient.deceased.exists() and Patient.deceased != false`
      return stepsOf(node.left)
    default:
      throw new Error(`No record can be made for a path with ${node.kind}`)
  }
}

function stepsOfCall(node: Expression & { kind: 'call' }): Step[][] {
  const { name, of, args } = node
  if (name === 'extension') return stepsOf(expandExtension(node))
  if (name !== 'where') return stepsOf(of)
  return stepsOf(of).map((steps) =>
    changeLast(steps, (last) => ({ ...last, conditions: [...last.conditions, ...args] })),
  )
}

function changeLast(steps: Step[], change: (last: Step) => Step): Step[] {
  const last = steps.at(-1)
  return last ? [...steps.slice(0, -1), change(last)] : steps
}

/** The keys that lead to each type of element at the end of a path. */
function leavesOf(type: string, steps: readonly Step[]): Array<{ leaf: string; keys: Field[] }> {
  let found: Array<{ leaf: string; keys: Field[] }> = [{ leaf: type, keys: [] }]
  for (const step of steps)
    found = found.flatMap(({ leaf, keys }) =>
      fieldsOf(leaf, step).map((field) => ({ leaf: field.definition, keys: [...keys, field] })),
    )
  return found
}

function fieldsOf(owner: string, { name, type }: Step): Field[] {
  const fields = types.find(owner)?.fields
  const plain = fields?.get(name)
  if (plain) return [plain]
  const keys =
    type === undefined ? (choices.get(name) ?? []) : [name + type.charAt(0).toUpperCase() + type.slice(1)]
  const found = keys.flatMap((key) => fields?.get(key) ?? [])
  if (found.length === 0) throw new Error(`${owner} has no ${name}`)
  return found
}

function plant(
  resource: Json,
  type: string,
  steps: readonly Step[],
  keys: readonly Field[],
  value: unknown,
): Json {
  // A composite of a whole record.
  if (keys.length === 0) return Object.assign(resource, structuredClone(value))
  let owner = resource
  let ownerType = type
  for (const [index, field] of keys.entries()) {
    const isLast = index === keys.length - 1
    const own: unknown = isLast ? structuredClone(value) : {}
    owner[field.key] = field.element.max > 1 ? [own] : own
    ownerType = field.definition
    if (typeof own !== 'object' || own === null) break
    owner = own as Json
    for (const condition of steps[index]?.conditions ?? []) fulfil(owner, ownerType, condition)
  }
  return resource
}

/** Gives an element what a `where` asks of it. */
function fulfil(owner: Json, type: string, condition: Expression): void {
  if (condition.kind !== 'binary') return
  if (condition.operator === 'and') {
    fulfil(owner, type, condition.left)
    fulfil(owner, type, condition.right)
  }
  if (condition.operator !== '=' || condition.right.kind !== 'literal') return
  const [steps = []] = stepsOf(condition.left)
  const [{ keys } = { keys: [] }] = leavesOf(type, steps)
  let place = owner
  for (const [index, { key, element }] of keys.entries()) {
    const next = index === keys.length - 1 ? condition.right.value : {}
    place[key] = element.max > 1 ? [next] : next
    place = next as Json
  }
}

function targetOf(condition: Expression): string[] {
  if (condition.kind === 'typed' && condition.isTest) return [condition.type]
  return condition.kind === 'binary' && condition.operator === 'and'
    ? [...targetOf(condition.left), ...targetOf(condition.right)]
    : []
}

/** The shortest value set that lists a code of one of these systems, for `:in`. */
export function listedCode(
  systems: readonly string[],
): { set: string; system: string; code: string } | undefined {
  const found = Object.entries(table.valueSets).flatMap(([name, codes]) => {
    const system = systems.find((each) => codes[each]?.length)
    const [code] = system === undefined ? [] : (codes[system] ?? [])
    if (system === undefined || code === undefined || name.includes('~')) return []
    return [
      { set: `http://hl7.org/fhir/ValueSet/${name}`, system, code, size: Object.values(codes).flat().length },
    ]
  })
  return found.sort((a, b) => a.size - b.size)[0]
}
