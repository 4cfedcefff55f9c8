import type { Resource } from 'fhir/r4'
import { applyPatch, type Operation } from 'rfc6902'
import { OnpatientError } from '../../errors.ts'
import { assertResource, bodyLimitBytes } from './read-body.ts'

const operations = ['add', 'remove', 'replace', 'move', 'copy', 'test']
const mostOperations = 100

/** A record after a JSON Patch (RFC 6902; https://hl7.org/fhir/R4/http.html#patch). Throws `record-refused`. */
export function patchResource(content: string, patch: unknown): Resource {
  const before = assertResource(JSON.parse(content))
  const { resourceType, id } = before
  for (const [index, operation] of readPatch(patch).entries()) {
    const fault = apply(before, operation)
    if (fault !== undefined) throw refused(index, fault)
  }
  const after = assertResource(before, resourceType)
  if (after.id === id) return after
  throw new OnpatientError('record-refused', 'A patch cannot change the id of a record.')
}

/** Why an operation cannot be done, or undefined when it was. */
function apply(resource: Resource, operation: Operation): string | undefined {
  try {
    const [error] = applyPatch(resource, [operation])
    if (error) return error.name === 'TestError' ? 'the test failed.' : 'its path leads nowhere.'
  } catch (error) {
    // Thrown for a path below a text or number.
    if (!(error instanceof TypeError)) throw error
    return 'its path leads nowhere.'
  }
  // Copies of copies double with each operation.
  if (operation.op === 'copy' && JSON.stringify(resource).length > bodyLimitBytes)
    return 'the record becomes too large.'
  return undefined
}

function readPatch(patch: unknown): Operation[] {
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
  if (typeof text !== 'string' || !/^(\/[^/]+)+$/.test(text) || text.length > 1000) return false
  return !text.split('/').some((part) => ['__proto__', 'constructor', 'prototype'].includes(part))
}

function refused(index: number, reason: string): OnpatientError {
  return new OnpatientError('record-refused', `Operation ${index + 1} of the patch: ${reason}`)
}
