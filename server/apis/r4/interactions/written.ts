import type { Resource } from 'fhir/r4'
import type { Interaction } from '#fhir/scope/scope.ts'
import { readStoredHead } from '#fhir/stored-text.ts'
import type { WriteTransaction, Written } from '#server/access/access.ts'
import { OnpatientError } from '../../../errors.ts'
import type { Answer, Asked } from '../answer.ts'
import { assertNoneMatch, findOne, parseCondition } from '../condition.ts'
import { present } from '../negotiate.ts'
import type { RequestContext, WriteContext } from '../request-context.ts'
import { versionHeaders } from '../version-headers.ts'

/** The scopes must have one of these for the type before the body is read. */
export const interactionsOf = {
  POST: ['c'],
  PUT: ['u', 'c'],
  PATCH: ['u'],
  DELETE: ['d'],
} as const satisfies Record<string, readonly Interaction[]>

/** The result of a write to one record. */
export type Done = Pick<Written, 'kind' | 'type' | 'id' | 'versionId' | 'content'>

/** The record that a write is about: by its id, or by the parameters of the address. */
export type Named = { type: string; id?: string }

/** Finds the record; undefined when there is none. Throws `several-match`. */
export function findNamed({ type, id }: Named, { query, bases }: WriteContext) {
  if (id !== undefined) return (transaction: WriteTransaction) => transaction.read(type, id)
  const condition = parseCondition(type, query.toString(), bases)
  return (transaction: WriteTransaction) => findOne(transaction, condition)
}

/**
 * Throws when `If-None-Match: *` asks for a new record and the record existed, so that the write is undone (RFC 9110 §13.1.2).
 */
export function assertNew(request: Asked, done: Done): Done {
  assertNoneMatch(headerOf(request, 'if-none-match'), done.kind)
  return done
}

/** The id of the matching record counts. Another id in the body is a mistake. */
export function withKnownId(resource: Resource, id: string | undefined): Resource {
  if (id === undefined) return resource
  if (resource.id === undefined || resource.id === id) return { ...resource, id }
  throw new OnpatientError(
    'invalid-body',
    'The record that matches the condition has another id than the resource. Leave the id out.',
    { expression: `${resource.resourceType}.id` },
  )
}

export function notOfPractice(type: string): OnpatientError {
  return new OnpatientError(
    'not-found',
    `There is no ${type} with this id among the records of this practice.`,
  )
}

export function nothingMatches(type: string): OnpatientError {
  return new OnpatientError(
    'not-found',
    `No ${type} among the records of this practice matches the condition.`,
  )
}

export async function putOne(
  transaction: WriteTransaction,
  resource: Resource,
  method?: 'PUT' | 'PATCH',
): Promise<Done> {
  const [written] = await transaction.put([resource], method && [method])
  if (!written) throw new Error('nothing was written and nothing refused')
  return written
}

/**
 * 201 or 200, with the part of the record that `Prefer` asks for (https://hl7.org/fhir/R4/http.html#ops). A client that may not
 * read the record gets nothing of it.
 */
export function sendWritten(
  { request, query, base }: RequestContext,
  { kind, type, id, versionId, content }: Done,
  { isShown }: { isShown: boolean },
): Answer {
  const { lastUpdated } = readStoredHead(content)
  const status = kind === 'created' ? 201 : 200
  const location = `${base}/${type}/${id}/_history/${versionId}`
  const headers = { ...versionHeaders(versionId, lastUpdated), location }
  const wanted = readReturn(request)
  if (wanted === 'OperationOutcome')
    return { status, headers, body: JSON.stringify(describeWrite({ kind, type, versionId })) }
  if (wanted === 'minimal' || !isShown) return { status, headers, mediaType: 'none' }
  return { status, headers, body: present(content, query) }
}

/**
 * How much of the written record the client wants to see; undefined when it does not say (https://hl7.org/fhir/R4/http.html#ops).
 */
export function readReturn(
  request: Pick<Asked, 'headers'>,
): 'minimal' | 'representation' | 'OperationOutcome' | undefined {
  const [, wanted] =
    /return\s*=\s*"?(minimal|representation|OperationOutcome)/i.exec(headerOf(request, 'prefer') ?? '') ?? []
  const known = ['minimal', 'representation', 'OperationOutcome'] as const
  return known.find((each) => each.toLowerCase() === wanted?.toLowerCase())
}

export function describeWrite({ kind, type, versionId }: Pick<Done, 'kind' | 'type' | 'versionId'>): object {
  const text = `The ${type} was ${kind}; its version is ${versionId}.`
  const issue = [{ severity: 'information', code: 'informational', details: { text } }]
  return { resourceType: 'OperationOutcome', issue }
}

export function headerOf({ headers }: Pick<Asked, 'headers'>, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(',') : value
}
