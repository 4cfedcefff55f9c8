import { hasExactNumber } from '../exact-json.ts'
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
  type ResourceContext,
  type Walk,
} from './resource-context.ts'
import type { Field, TypeDefinition } from './types.ts'

/** Checks a resource and everything within it against R4 itself. `container`: the resource that contains it, if any. */
export function checkResource(value: unknown, place: string, walk: Walk, container?: ResourceContext): void {
  const { types, findings } = walk
  const fields = isObject(value) ? value : {}
  const name = fields.resourceType
  const type = typeof name === 'string' && types.isResource(name) ? types.find(name) : undefined
  const path = place === '' ? (type?.name ?? 'Resource') : place
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
  checkObject(fields, type, path, context)
  if (!container) checkContained(fields, path, findings)
  walk.visitResource(fields, type, path, context)
}

/** Checks an object against its type: each element that is there, and that none is missing. */
function checkObject(value: unknown, type: TypeDefinition, path: string, context: ResourceContext): void {
  const { findings } = context
  const problem = objectProblem(value, type)
  if (problem !== undefined || !isObject(value)) {
    findings.error('structure', path, problem ?? '')
    return
  }
  for (const key of Object.keys(value)) {
    if (findings.isFull) return
    const field = type.fields.get(key)
    if (field) checkField(value, field, path, context)
    else if (key !== 'resourceType' || type.kind !== 'resource')
      checkUnlisted(key, { value, type, path }, context)
  }
  checkPresence(value, type, path, context)
  checkInvariants(type.invariants, value, { path, type: type.name }, context)
}

function objectProblem(value: unknown, type: TypeDefinition): string | undefined {
  if (!isObject(value)) return `Must be an object of type ${type.name}.`
  // ele-1
  return Object.keys(value).length === 0 ? 'Must not be empty: leave the element out, or fill it.' : undefined
}

/** `_name` holds the id and the extensions of a primitive, which may have no value. */
function checkUnlisted(
  key: string,
  { value, type, path }: { value: Fields; type: TypeDefinition; path: string },
  context: ResourceContext,
): void {
  const field = key.startsWith('_') ? type.fields.get(key.slice(1)) : undefined
  if (!field?.isPrimitive) tellUnknown(key, type, path, context)
  else if (!Object.hasOwn(value, field.key)) checkField(value, field, path, context)
}

const noValue = 'null is no value: leave it out.'

function checkField(fields: Fields, field: Field, path: string, context: ResourceContext): void {
  const { findings } = context
  const value = fields[field.key]
  const sibling = field.isPrimitive ? fields[`_${field.key}`] : undefined
  const at = `${path}.${field.path}`
  const problem = listProblem(value, sibling, field)
  if (problem !== undefined) {
    findings.error('structure', at, problem)
    return
  }
  if (isOddlyWritten(fields, field))
    findings.error('value', at, 'Must be a whole number, written without a point or an exponent.')
  if (field.element.max !== 1) checkList(fields, field, at, context)
  else {
    checkSibling(sibling, at, context)
    if (value !== undefined && value !== null) checkValue(value, field, at, context)
    else if (!isGap(value, sibling, field)) findings.error('structure', at, noValue)
  }
}

function checkList(fields: Fields, field: Field, path: string, context: ResourceContext): void {
  const { findings } = context
  const values = (fields[field.key] ?? []) as unknown[]
  const siblings = ((field.isPrimitive ? fields[`_${field.key}`] : undefined) ?? []) as unknown[]
  const count = Math.max(values.length, siblings.length)
  for (let index = 0; index < count && !findings.isFull; index++) {
    const value = values[index]
    const sibling = siblings[index]
    const at = `${path}[${index}]`
    checkSibling(sibling, at, context)
    if (value !== undefined && value !== null) checkValue(value, field, at, context)
    else if (!isGap(value, sibling, field)) findings.error('structure', at, noValue)
  }
}

/** 1.0 and 1e3 are decimals, whatever their value: https://hl7.org/fhir/R4/datatypes.html#integer */
function isOddlyWritten(fields: Fields, { key, type }: Field): boolean {
  if (!/integer$|Int$/.test(type)) return false
  const value = fields[key]
  return Array.isArray(value)
    ? value.some((_each, index) => hasExactNumber(value, index))
    : hasExactNumber(fields, key)
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

/** What stands in the `_name` beside a value. */
function checkSibling(sibling: unknown, path: string, context: ResourceContext): void {
  if (sibling !== undefined && sibling !== null) checkAs('Element', sibling, path, context)
}

function checkValue(value: unknown, field: Field, path: string, context: ResourceContext): void {
  if (field.isPrimitive) checkPrimitive(value, field, path, context)
  else if (field.definition === 'Resource')
    checkResource(value, path, context, field.element.name === 'contained' ? context : undefined)
  else checkComplex(value, field, path, context)
}

/** In an array null keeps the place of a value that has extensions alone; a single value is left out. */
function isGap(value: unknown, sibling: unknown, { element }: Field): boolean {
  const hasSibling = sibling !== undefined && sibling !== null
  return hasSibling && (value === undefined || element.max > 1)
}

function checkAs(typeName: string, value: unknown, path: string, context: ResourceContext): void {
  const type = context.types.find(typeName)
  if (type) checkObject(value, type, path, context)
}

function checkPrimitive(value: unknown, field: Field, path: string, context: ResourceContext): void {
  const { element, type } = field
  const problem = primitiveProblem(type, value)
  if (problem !== undefined) {
    context.findings.error('value', path, problem)
    return
  }
  if (element.codes) checkCodes(element.codes, { type, value, path }, context.findings)
  checkInvariants(element.invariants, value, { path, type }, context)
}

function checkComplex(value: unknown, field: Field, path: string, context: ResourceContext): void {
  const { element, definition, type, targets } = field
  checkAs(definition, value, path, context)
  if (!isObject(value)) return
  if (definition === 'Reference') checkReference(value, targets, path, context)
  if (definition === 'Extension') checkExtension(value, path, context)
  if (element.codes) checkCodes(element.codes, { type, value, path }, context.findings)
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
