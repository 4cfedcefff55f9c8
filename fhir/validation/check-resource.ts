import { checkCodes } from './check-codes.ts'
import { checkPresence, tellUnknown } from './check-presence.ts'
import { checkReference } from './check-reference.ts'
import { checkContained, listContained } from './contained.ts'
import { quote } from './findings.ts'
import { primitiveProblem } from './primitives.ts'
import {
  checkInvariants,
  type Fields,
  isObject,
  type Place,
  type ResourceContext,
  type Walk,
} from './resource-context.ts'
import type { Field, TypeDefinition } from './types.ts'

/** Deeper than any record: Questionnaires nest a dozen levels. */
const deepest = 100

/** Checks a resource against R4 itself, with all within it. `container` is what contains it, if anything does. */
export function checkResource(value: unknown, place: Place, walk: Walk, container?: ResourceContext): void {
  const { types, findings } = walk
  const fields = isObject(value) ? value : {}
  const name = fields.resourceType
  const type = typeof name === 'string' && types.isResource(name) ? types.find(name) : undefined
  const path = place.path === '' ? (type?.name ?? 'Resource') : place.path
  if (!type) {
    const message = name === undefined ? 'The resourceType is missing.' : `R4 has no type ${quote(name)}.`
    findings.error('structure', `${path}.resourceType`, message)
    return
  }
  const context: ResourceContext = {
    ...walk,
    resource: fields,
    rootResource: container?.rootResource ?? fields,
    contained: container?.contained ?? listContained(fields),
  }
  checkObject(fields, type, { path, depth: place.depth }, context)
  if (!container) checkContained(fields, path, findings)
  walk.visitResource(fields, type, path, context)
}

/** Checks an object against its type: each element that is there, and that none is missing. */
function checkObject(value: unknown, type: TypeDefinition, place: Place, context: ResourceContext): void {
  const { findings } = context
  const { path, depth } = place
  const problem = objectProblem(value, type, depth)
  if (problem !== undefined || !isObject(value)) {
    findings.error(depth > deepest ? 'too-long' : 'structure', path, problem ?? '')
    return
  }
  for (const key of Object.keys(value)) {
    if (findings.isFull) return
    const field = type.fields.get(key)
    if (field) checkField(value, field, place, context)
    else if (key !== 'resourceType' || type.kind !== 'resource')
      checkUnlisted(key, value, type, place, context)
  }
  checkPresence(value, type, path, context)
  checkInvariants(type.invariants, value, { path, type: type.name }, context)
}

function objectProblem(value: unknown, type: TypeDefinition, depth: number): string | undefined {
  if (!isObject(value)) return `Must be an object of type ${type.name}.`
  if (depth > deepest) return `Must not be nested more than ${deepest} levels deep.`
  // ele-1
  return Object.keys(value).length === 0 ? 'Must not be empty: leave the element out, or fill it.' : undefined
}

/** `_name` holds the id and the extensions of a primitive, also of one that has no value. */
function checkUnlisted(
  key: string,
  value: Fields,
  type: TypeDefinition,
  place: Place,
  context: ResourceContext,
): void {
  const field = key.startsWith('_') ? type.fields.get(key.slice(1)) : undefined
  if (!field?.isPrimitive) tellUnknown(key, type, place.path, context)
  else if (!Object.hasOwn(value, field.key)) checkField(value, field, place, context)
}

function checkField(fields: Fields, field: Field, { path, depth }: Place, context: ResourceContext): void {
  const { findings } = context
  const value = fields[field.key]
  const sibling = field.isPrimitive ? fields[`_${field.key}`] : undefined
  const at = `${path}.${field.path}`
  const problem = listProblem(value, sibling, field)
  if (problem !== undefined) {
    findings.error('structure', at, problem)
    return
  }
  if (field.element.max === 1) {
    checkItem(value, sibling, field, { path: at, depth }, context)
    return
  }
  const values = (value ?? []) as unknown[]
  const siblings = (sibling ?? []) as unknown[]
  const count = Math.max(values.length, siblings.length)
  for (let index = 0; index < count && !findings.isFull; index++)
    checkItem(values[index], siblings[index], field, { path: `${at}[${index}]`, depth }, context)
}

/** Arrays where an element may be repeated, and only there: https://hl7.org/fhir/R4/json.html#repeat */
function listProblem(value: unknown, sibling: unknown, { element, key }: Field): string | undefined {
  if (element.max === 1)
    return Array.isArray(value) || Array.isArray(sibling)
      ? 'Must be one value, not an array: take the brackets away.'
      : undefined
  if (value !== undefined && !Array.isArray(value)) return 'Must be an array: put the value into brackets.'
  if (sibling !== undefined && !Array.isArray(sibling)) return `_${key} must be an array, as ${key} is.`
  const count = Math.max(value?.length ?? 0, sibling?.length ?? 0)
  if (count === 0) return 'An array must not be empty: leave the element out.'
  return count > element.max ? `At most ${element.max} may be there, not ${count}.` : undefined
}

/** One value, with what stands in the `_name` beside it. */
function checkItem(
  value: unknown,
  sibling: unknown,
  field: Field,
  { path, depth }: Place,
  context: ResourceContext,
): void {
  const hasSibling = sibling !== undefined && sibling !== null
  const below = { path, depth: depth + 1 }
  if (hasSibling) checkAs('Element', sibling, below, context)
  if (value === undefined || value === null) {
    // In an array null keeps the place of a value that has extensions alone; a single value is left out.
    const isGap = hasSibling && (value === undefined || field.element.max > 1)
    if (!isGap) context.findings.error('structure', path, 'null is no value: leave it out.')
  } else if (field.isPrimitive) checkPrimitive(value, field, path, context)
  else if (field.definition === 'Resource')
    checkResource(value, below, context, field.element.name === 'contained' ? context : undefined)
  else checkComplex(value, field, below, context)
}

function checkAs(typeName: string, value: unknown, place: Place, context: ResourceContext): void {
  const type = context.types.find(typeName)
  if (type) checkObject(value, type, place, context)
}

function checkPrimitive(value: unknown, field: Field, path: string, context: ResourceContext): void {
  const { element, type } = field
  const problem = primitiveProblem(type, value)
  if (problem !== undefined) {
    context.findings.error('value', path, problem)
    return
  }
  if (element.codes) checkCodes(element.codes, type, value, path, context.findings)
  checkInvariants(element.invariants, value, { path, type }, context)
}

function checkComplex(value: unknown, field: Field, place: Place, context: ResourceContext): void {
  const { element, definition, type, targets } = field
  const { path } = place
  checkAs(definition, value, place, context)
  if (!isObject(value)) return
  if (definition === 'Reference') checkReference(value, targets, path, context)
  if (definition === 'Extension') checkExtension(value, path, context)
  if (element.codes) checkCodes(element.codes, type, value, path, context.findings)
  checkInvariants(element.invariants, value, { path, type }, context)
}

/** ext-1: https://hl7.org/fhir/R4/extensibility.html#Extension */
function checkExtension(value: Fields, path: string, context: ResourceContext): void {
  const hasParts = Object.hasOwn(value, 'extension')
  const hasValue = Object.keys(value).some((key) => /^_?value/.test(key))
  if (hasParts === hasValue)
    context.findings.error(
      'invariant',
      path,
      `An extension must have either a value or extensions${hasParts ? ', not both' : ''} (ext-1).`,
    )
  if (typeof value.url === 'string') context.visitExtension(value, path, context)
}
