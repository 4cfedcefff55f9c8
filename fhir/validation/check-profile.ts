import { isSame } from '../fhirpath/values.ts'
import { checkCodes, isAmong } from './check-codes.ts'
import { keysOf } from './check-presence.ts'
import { targetTypeOf } from './check-reference.ts'
import type { ProfileNode, SliceNode, SliceTest } from './definition-tables.ts'
import type { Profiles } from './profiles.ts'
import { checkInvariants, type Fields, isObject, type ResourceContext } from './resource-context.ts'
import type { Element, Field, TypeDefinition } from './types.ts'

/** A value with where it stands and what it is. */
interface Item {
  /** Undefined for a primitive that has extensions alone. */
  value: unknown
  path: string
  field: Field
}

interface ProfileContext extends ResourceContext {
  profiles: Profiles
  /** Named in messages. */
  profileName: string
}

/** An object with where it stands and its type. */
export interface TypedObject {
  value: Fields
  type: TypeDefinition
  path: string
}

/** Checks the rules that a profile adds to R4 on an object of its type. */
export function checkProfile(object: TypedObject, node: ProfileNode, context: ProfileContext): void {
  const { value, type, path } = object
  const invariants = context.profiles.invariants.list(node.invariants)
  checkInvariants(invariants, value, { path, type: type.name }, context)
  checkElements(object, node, context)
}

function checkElements({ value, type, path }: TypedObject, node: ProfileNode, context: ProfileContext): void {
  for (const [name, child] of Object.entries(node.elements ?? {})) {
    if (context.findings.isFull) return
    const element = type.elements.get(name)
    const field = type.fields.get(name)
    const fields = element?.fields ?? (field ? [field] : [])
    const items = fields.flatMap((each) => itemsOf(value, each, path))
    const owner = element ?? field?.element
    if (owner) checkCount(items.length, child, { element: owner, path: `${path}.${owner.name}` }, context)
    for (const item of items) checkItem(item, child, context)
    if (child.slices && owner) checkSlices(items, child, `${path}.${owner.name}`, context)
  }
}

function itemsOf(owner: Fields, field: Field, path: string): Item[] {
  const value = owner[field.key]
  const sibling = field.isPrimitive ? owner[`_${field.key}`] : undefined
  if (value === undefined && sibling === undefined) return []
  const at = `${path}.${field.path}`
  if (!Array.isArray(value ?? sibling)) return [{ value: value ?? undefined, path: at, field }]
  const list = (value ?? sibling) as unknown[]
  return list.map((_, index) => ({
    value: (value as unknown[] | undefined)?.[index] ?? undefined,
    path: `${at}[${index}]`,
    field,
  }))
}

function checkCount(
  count: number,
  { min = 0, max = Number.POSITIVE_INFINITY }: ProfileNode,
  { element, path }: { element: Element; path: string },
  { findings, profileName }: ProfileContext,
): void {
  if (count < min)
    findings.error(
      'required',
      path,
      `${profileName} asks for ${min === 1 ? keysOf(element) : `at least ${min} of ${keysOf(element)}`}${count === 0 ? ', which is missing' : `, not ${count}`}.`,
    )
  if (count > max)
    findings.error(
      'structure',
      path,
      max === 0
        ? `${profileName} allows no ${element.name}: take it out.`
        : `${profileName} allows at most ${max} of ${keysOf(element)}, not ${count}.`,
    )
}

function checkItem({ value, path, field }: Item, node: ProfileNode, context: ProfileContext): void {
  const { findings, profileName, profiles, types } = context
  if (node.types && !node.types.includes(field.type))
    findings.error(
      'structure',
      path,
      `${profileName} allows ${node.types.join(' or ')} here, not ${field.type}.`,
    )
  if (value === undefined) return
  const problem = valueProblem(value, node, context)
  if (problem !== undefined) findings.error('value', path, `${profileName} ${problem}`)
  const codes = node.codes === undefined ? undefined : profiles.codes.find(node.codes)
  if (codes) checkCodes(codes, { type: field.type, value, path }, findings)
  checkInvariants(profiles.invariants.list(node.invariants), value, { path, type: field.type }, context)
  const type = node.elements ? types.find(field.definition) : undefined
  if (type && isObject(value)) checkElements({ value, type, path }, node, context)
}

function valueProblem(value: unknown, node: ProfileNode, context: ProfileContext): string | undefined {
  const { fixed, pattern, targets } = node
  if (fixed !== undefined && !isSame(value, fixed)) return `asks for ${describe(fixed)} here.`
  if (pattern !== undefined && !hasPattern(value, pattern))
    return `asks for a value with ${describe(pattern)}.`
  const target = targets ? targetTypeOf(value, context.contained) : undefined
  const isWrong = target !== undefined && context.types.isResource(target) && !targets?.includes(target)
  return isWrong ? `lets this lead to ${targets?.join(' or ')}, not to ${target}.` : undefined
}

function checkSlices(items: readonly Item[], node: ProfileNode, path: string, context: ProfileContext): void {
  const slices = Object.entries(node.slices ?? {})
  const counts = new Map<string, number>()
  for (const item of items) {
    const [name, slice] = slices.find(([, each]) => isOfSlice(item, each, context)) ?? []
    if (name !== undefined && slice) {
      counts.set(name, (counts.get(name) ?? 0) + 1)
      checkItem(item, slice, context)
    } else if (node.isClosed) {
      const names = slices.map(([each]) => each).join(', ')
      context.findings.error(
        'structure',
        item.path,
        `${context.profileName} allows no other values than ${names}.`,
      )
    }
  }
  for (const [name, slice] of slices) checkSliceCount(counts.get(name) ?? 0, slice, { name, path }, context)
}

function checkSliceCount(
  count: number,
  { min = 0, max = Number.POSITIVE_INFINITY, when }: SliceNode,
  { name, path }: { name: string; path: string },
  context: ProfileContext,
): void {
  if (count >= min && count <= max) return
  const { findings, profileName } = context
  const slice = `${name} (${when.map((test) => describeTest(test, context)).join(', ')})`
  if (count < min) findings.error('required', path, `${profileName} asks for ${slice}, which is missing.`)
  else findings.error('structure', path, `${profileName} allows at most ${max} of ${slice}, not ${count}.`)
}

function isOfSlice({ value, field }: Item, { when }: SliceNode, { profiles }: ProfileContext): boolean {
  return when.every((test) =>
    valuesAt(value, test.path).some((each) => {
      if (test.fixed !== undefined) return isSame(each, test.fixed)
      if (test.pattern !== undefined) return hasPattern(each, test.pattern)
      const codes = profiles.codes.find(test.codes ?? '')
      return codes !== undefined && isAmong(codes, test.path.length === 0 ? field.type : typeAt(each), each)
    }),
  )
}

/** The value at the path of a test is a code or a concept. */
function typeAt(value: unknown): string {
  return isObject(value) && Object.hasOwn(value, 'coding') ? 'CodeableConcept' : 'Coding'
}

function valuesAt(value: unknown, path: readonly string[]): unknown[] {
  let found = value === undefined ? [] : [value]
  for (const step of path)
    found = found.flatMap((each) => {
      const next = isObject(each) && Object.hasOwn(each, step) ? each[step] : undefined
      if (next === undefined || next === null) return []
      return Array.isArray(next) ? next : [next]
    })
  return found
}

/** https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_ */
function hasPattern(value: unknown, pattern: unknown): boolean {
  if (Array.isArray(pattern))
    return Array.isArray(value) && pattern.every((wanted) => value.some((each) => hasPattern(each, wanted)))
  if (!isObject(pattern)) return isSame(value, pattern)
  return (
    isObject(value) &&
    Object.entries(pattern).every(
      ([key, wanted]) => Object.hasOwn(value, key) && hasPattern(value[key], wanted),
    )
  )
}

function describe(pattern: unknown): string {
  const text = JSON.stringify(pattern) ?? ''
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

function describeTest({ path, fixed, pattern, codes }: SliceTest, { profiles }: ProfileContext): string {
  const what =
    codes === undefined ? describe(fixed ?? pattern) : `one of ${profiles.codes.find(codes)?.examples}`
  return path.length === 0 ? what : `${path.join('.')} ${what}`
}
