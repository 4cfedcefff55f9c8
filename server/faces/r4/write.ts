import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Resource } from 'fhir/r4'
import type { Interaction } from '#fhir/scope/scope.ts'
import type { RecordWriter } from '#server/access/access.ts'
import type { RecordTransaction, Written } from '#server/records/records.ts'
import { OnpatientError } from '../../errors.ts'
import { readResourceOrBytes } from './binary.ts'
import { assertNoneMatch, assertVersion, findOne, parseCondition } from './condition.ts'
import { present } from './negotiate.ts'
import { patchRecord } from './patch-record.ts'
import { patchMediaType, readBody } from './read-body.ts'
import { assertValid } from './validate.ts'

/** One write: https://hl7.org/fhir/R4/http.html#create and the following sections. */
interface WriteRequest {
  request: FastifyRequest
  reply: FastifyReply
  query: URLSearchParams
  base: string
  bases: readonly string[]
}

/** One of these must be in the scopes for the type before anything of a body is looked at. */
export const interactionsOf = {
  POST: ['c'],
  PUT: ['u', 'c'],
  PATCH: ['u'],
  DELETE: ['d'],
} as const satisfies Record<string, readonly Interaction[]>

type Done = Pick<Written, 'kind' | 'type' | 'id' | 'versionId' | 'content'>

/** POST Type; with `If-None-Exist` only when nothing matches. The id is the server's to give. */
export async function create(writer: RecordWriter, type: string, sent: WriteRequest): Promise<FastifyReply> {
  writer.assertMay(type, interactionsOf.POST)
  const { id: _id, ...resource } = await readResourceOrBytes(sent.request, type)
  await assertValid(resource as Resource)
  const condition = headerOf(sent.request, 'if-none-exist')
  const query = condition === undefined ? undefined : parseCondition(type, condition, sent.bases)
  const done = await writer.transact(async (transaction): Promise<Done> => {
    const known = query && (await findOne(transaction, query))
    return known ? { kind: 'unchanged', type, ...known } : putOne(transaction, resource as Resource)
  })
  return send(sent, done, writer.shows(done))
}

/** PUT Type/id: creates the record when it is not there (upsert), else gives it a new version. */
export async function update(
  writer: RecordWriter,
  { type, id }: { type: string; id: string },
  sent: WriteRequest,
): Promise<FastifyReply> {
  writer.assertMay(type, interactionsOf.PUT)
  const resource = await readResourceOrBytes(sent.request, type, id)
  if (resource.id !== id)
    throw new OnpatientError(
      'invalid-body',
      'The id of the resource must be the one of the address: "id" is missing or another.',
      { expression: `${type}.id` },
    )
  await assertValid(resource)
  const ifMatch = headerOf(sent.request, 'if-match')
  const done = await writer.transact(async (transaction) => {
    if (ifMatch !== undefined) {
      const current = await transaction.read(type, id)
      assertVersion(ifMatch, current, writer.shows({ type, content: current?.content }))
    }
    return assertNew(sent.request, await putOne(transaction, resource))
  })
  return send(sent, done, writer.shows(done))
}

/** PUT Type?condition: https://hl7.org/fhir/R4/http.html#cond-update */
export async function updateWhere(
  writer: RecordWriter,
  type: string,
  sent: WriteRequest,
): Promise<FastifyReply> {
  writer.assertMay(type, interactionsOf.PUT)
  const resource = await readResourceOrBytes(sent.request, type)
  await assertValid(resource)
  const query = parseCondition(type, sent.query.toString(), sent.bases)
  const ifMatch = headerOf(sent.request, 'if-match')
  const done = await writer.transact(async (transaction) => {
    const known = await findOne(transaction, query)
    assertVersion(ifMatch, known, writer.shows({ type, content: known?.content }))
    return assertNew(sent.request, await putOne(transaction, withKnownId(resource, known?.id), 'PUT'))
  })
  return send(sent, done, writer.shows(done))
}

/** Undoes the write of what was there already when `If-None-Match: *` says that it must not be (RFC 9110 §13.1.2). */
function assertNew(request: FastifyRequest, done: Done): Done {
  assertNoneMatch(headerOf(request, 'if-none-match'), done.kind)
  return done
}

/** The id of the record that matched is the one that counts; another in the body is a mistake. */
export function withKnownId(resource: Resource, id: string | undefined): Resource {
  if (id === undefined) return resource
  if (resource.id === undefined || resource.id === id) return { ...resource, id }
  throw new OnpatientError(
    'invalid-body',
    'The record that matches the condition has another id than the resource. Leave the id out.',
    { expression: `${resource.resourceType}.id` },
  )
}

/** What a write is about: one record by its id, or the one that matches the parameters of the address. */
type Named = { type: string; id?: string }

/** The record that is there; undefined when it is not. Throws `several-match`. */
function findNamed({ type, id }: Named, { query, bases }: WriteRequest) {
  if (id !== undefined) return (transaction: RecordTransaction) => transaction.read(type, id)
  const condition = parseCondition(type, query.toString(), bases)
  return (transaction: RecordTransaction) => findOne(transaction, condition)
}

/** PATCH Type/id, or Type?condition, with a JSON Patch. */
export async function patch(writer: RecordWriter, named: Named, sent: WriteRequest): Promise<FastifyReply> {
  writer.assertMay(named.type, interactionsOf.PATCH)
  const operations = await readBody(sent.request, [patchMediaType])
  const ifMatch = headerOf(sent.request, 'if-match')
  const find = findNamed(named, sent)
  const { done, isShown } = await writer.transact(async (transaction) => {
    const current = await find(transaction)
    if (!current) throw named.id === undefined ? nothingMatches(named.type) : notOfPractice(named.type)
    const isShown = writer.shows({ type: named.type, content: current.content })
    assertVersion(ifMatch, current, isShown)
    const resource = await patchRecord({
      type: named.type,
      content: current.content,
      patch: operations,
      isShown,
    })
    return { done: await putOne(transaction, resource, 'PATCH'), isShown }
  })
  return send(sent, done, isShown)
}

/** DELETE Type/id, or Type?condition; the same whether it was there or not (https://hl7.org/fhir/R4/http.html#delete). */
export async function remove(writer: RecordWriter, named: Named, sent: WriteRequest): Promise<FastifyReply> {
  writer.assertMay(named.type, interactionsOf.DELETE)
  const { request, reply } = sent
  const ifMatch = headerOf(request, 'if-match')
  const find = findNamed(named, sent)
  await writer.transact(async (transaction) => {
    const isLookedAt = named.id === undefined || ifMatch !== undefined
    const current = isLookedAt ? await find(transaction) : undefined
    assertVersion(ifMatch, current, writer.shows({ type: named.type, content: current?.content }))
    const id = named.id ?? current?.id
    if (id !== undefined) await transaction.remove(named.type, id)
  })
  return reply.code(204).removeHeader('content-type').send()
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

async function putOne(
  transaction: RecordTransaction,
  resource: Resource,
  method?: 'PUT' | 'PATCH',
): Promise<Done> {
  const [written] = await transaction.put([resource], method && [method])
  if (!written) throw new Error('nothing was written and nothing refused')
  return written
}

/**
 * 201 or 200, with as much of the record as `Prefer` asks for (https://hl7.org/fhir/R4/http.html#ops), and nothing of one that
 * the client may not read.
 */
function send(
  { request, reply, query, base }: WriteRequest,
  { kind, type, id, versionId, content }: Done,
  isShown: boolean,
): FastifyReply {
  const [, lastUpdated = ''] = /"lastUpdated":"([^"]+)"/.exec(content.slice(0, 400)) ?? []
  void reply
    .code(kind === 'created' ? 201 : 200)
    .header('etag', `W/"${versionId}"`)
    .header('last-modified', new Date(lastUpdated).toUTCString())
    .header('location', `${base}/${type}/${id}/_history/${versionId}`)
  const wanted = readReturn(request)
  if (wanted === 'minimal' || (!isShown && wanted !== 'OperationOutcome'))
    return reply.removeHeader('content-type').send()
  if (wanted === 'OperationOutcome')
    return reply.send(JSON.stringify(describeWrite({ kind, type, versionId })))
  return reply.send(present(content, query))
}

/** How much of what was written the client wants to see; undefined when it does not say (https://hl7.org/fhir/R4/http.html#ops). */
export function readReturn(
  request: FastifyRequest,
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

function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(',') : value
}
