import type { Resource } from 'fhir/r4'
import { applyPatch, type Operation } from 'rfc6902'
import { parseExact, rawJson, stringifyExact } from '#fhir/exact-json.ts'
import { OnpatientError } from '../../errors.ts'
import { assertResource } from './read-body.ts'

/** Copies of copies grow fast. */
const largestCopy = 8 * 1024 * 1024

const operations = ['add', 'remove', 'replace', 'move', 'copy', 'test']
const mostOperations = 100

/** A record after a JSON Patch (RFC 6902; https://hl7.org/fhir/R4/http.html#patch). Throws `record-refused`. */
export function patchResource(content: string, patch: unknown): Resource {
  const { resourceType, id } = assertResource(JSON.parse(content))
  // Below a name, so that the pointer "" leads to the whole document like any other (RFC 6901 §5).
  const held = { root: holdValues(content) }
  const asWritten = holdValues(stringifyExact(patch)) as unknown[]
  for (const [index, operation] of readPatch(patch).entries()) {
    const value = 'value' in operation ? { value: (asWritten[index] as { value?: unknown }).value } : {}
    const fault = apply(held, belowRoot(operation), belowRoot({ ...operation, ...value }))
    if (fault !== undefined) throw refused(index, fault, `${resourceType}${asPath(operation.path)}`)
  }
  const after = assertResource(parseExact(releaseValues(held.root)), resourceType)
  if (after.id === id) return after
  throw new OnpatientError('record-refused', 'A patch cannot change the id of a record.', {
    expression: `${resourceType}.id`,
  })
}

function belowRoot(operation: Operation): Operation {
  const path = `/root${operation.path}`
  return 'from' in operation ? { ...operation, path, from: `/root${operation.from}` } : { ...operation, path }
}

/**
 * The reason why an operation cannot be done, or undefined after it was done. `heldOperation`: the operation with its value as in
 * `held`.
 */
function apply(held: { root: unknown }, operation: Operation, heldOperation: Operation): string | undefined {
  const { op } = operation
  if ('from' in operation && !leadsToValue(held, operation.from)) return 'its "from" leads nowhere.'
  try {
    // RFC 6902 §4.6: numbers are equal when their values are, however they are written.
    const [error] =
      op === 'test'
        ? applyPatch(JSON.parse(releaseValues(held)), [operation])
        : applyPatch(held, [heldOperation])
    if (error) return error.name === 'TestError' ? 'the test failed.' : 'its path leads nowhere.'
  } catch (error) {
    // Thrown for a path below a text or number.
    if (!(error instanceof TypeError)) throw error
    return 'its path leads nowhere.'
  }
  if (typeof held.root !== 'object' || held.root === null) return 'no record would be left.'
  // Copies of copies double with each operation.
  if (op === 'copy' && JSON.stringify(held).length > largestCopy) return 'the record becomes too large.'
  return undefined
}

/** Whether a pointer leads to a value of the record. A pointer into a text, e.g. to its length, does not. */
function leadsToValue(held: unknown, pointer: string): boolean {
  let value = held
  for (const part of pointer.slice(1).split('/')) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return false
    value = (value as Record<string, unknown>)[name]
  }
  return true
}

/**
 * JSON with each number as its written text, so that a patch that moves a value keeps the number (fhir/exact-json.ts). A letter
 * before every text distinguishes texts from numbers.
 */
function holdValues(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) => {
    if (typeof value === 'number') return `n${context?.source}`
    return typeof value === 'string' ? `t${value}` : value
  })
}

function releaseValues(held: unknown): string {
  return JSON.stringify(held, (_key, value: unknown) => {
    if (typeof value !== 'string') return value
    return value.startsWith('n') ? rawJson(value.slice(1)) : value.slice(1)
  })
}

/** The operations of a patch, before they are applied. Throws `invalid-body`, `record-refused`. */
export function readPatch(patch: unknown): Operation[] {
  if (!Array.isArray(patch) || patch.length > mostOperations)
    throw new OnpatientError(
      'invalid-body',
      `A JSON Patch is an array of at most ${mostOperations} operations.`,
    )
  for (const [index, each] of patch.entries()) {
    const fault = findFault((each ?? {}) as Record<string, unknown>)
    if (fault !== undefined) throw refused(index, fault)
  }
  return patch as Operation[]
}

/** RFC 6902 §4. */
function findFault(operation: Record<string, unknown>): string | undefined {
  const { op, path, from } = operation
  if (typeof op !== 'string' || !operations.includes(op)) return `op must be one of ${operations.join(', ')}.`
  if (!isPointer(path)) return 'path must be a JSON Pointer such as /name/0/family.'
  if ((op === 'move' || op === 'copy') && !isPointer(from))
    return 'from must be a JSON Pointer such as /name/0/family.'
  if (['add', 'replace', 'test'].includes(op) && !('value' in operation)) return `${op} needs a value.`
  return undefined
}

/** RFC 6901. Names of JavaScript's own are no elements of FHIR. */
function isPointer(text: unknown): boolean {
  if (typeof text !== 'string' || !/^(\/[^/]+)*$/.test(text) || text.length > 1000) return false
  return !text.split('/').some((part) => ['__proto__', 'constructor', 'prototype'].includes(part))
}

/** A pointer as FHIRPath: `/name/0/family` is `.name[0].family`. */
function asPath(pointer: string): string {
  return pointer
    .replace(/\/(\d+|-)(?=\/|$)/g, '[$1]')
    .replaceAll('/', '.')
    .replace('[-]', '')
}

function refused(index: number, reason: string, expression = 'Resource'): OnpatientError {
  return new OnpatientError('record-refused', `Operation ${index + 1} of the patch: ${reason}`, {
    expression,
  })
}
