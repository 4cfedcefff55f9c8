import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Resource } from 'fhir/r4'
import type { RecordWriter } from '#server/access/access.ts'
import type { RecordTransaction, Written } from '#server/records/records.ts'
import { OnpatientError } from '../../errors.ts'
import { assertVersion, findOne, parseCondition } from './condition.ts'
import { patchResource } from './json-patch.ts'
import { present } from './negotiate.ts'
import { patchMediaType, readJson, readResource } from './read-body.ts'
import { assertValid } from './validate.ts'

/** One write: https://hl7.org/fhir/R4/http.html#create and the following sections. */
interface WriteRequest {
  request: FastifyRequest
  reply: FastifyReply
  query: URLSearchParams
  base: string
}

type Done = Pick<Written, 'kind' | 'type' | 'id' | 'versionId' | 'content'>

/** POST Type; with `If-None-Exist` only when nothing matches. The id is the server's to give. */
export async function create(writer: RecordWriter, type: string, sent: WriteRequest): Promise<FastifyReply> {
  const { id: _id, ...resource } = readResource(sent.request, type)
  await assertValid(resource as Resource)
  const condition = headerOf(sent.request, 'if-none-exist')
  const query = condition === undefined ? undefined : parseCondition(type, condition)
  const done = await writer.transact(async (transaction): Promise<Done> => {
    const known = query && (await findOne(transaction, query))
    return known ? { kind: 'unchanged', type, ...known } : putOne(transaction, resource as Resource)
  })
  return send(sent, done)
}

/** PUT Type/id: creates the record when it is not there (upsert), else gives it a new version. */
export async function update(
  writer: RecordWriter,
  { type, id }: { type: string; id: string },
  sent: WriteRequest,
): Promise<FastifyReply> {
  const resource = readResource(sent.request, type)
  if (resource.id !== id)
    throw new OnpatientError(
      'invalid-body',
      'The id of the resource must be the one of the address: "id" is missing or another.',
    )
  await assertValid(resource)
  const ifMatch = headerOf(sent.request, 'if-match')
  const done = await writer.transact(async (transaction) => {
    if (ifMatch !== undefined) assertVersion(ifMatch, await transaction.read(type, id))
    return putOne(transaction, resource)
  })
  return send(sent, done)
}

/** PUT Type?condition: https://hl7.org/fhir/R4/http.html#cond-update */
export async function updateWhere(
  writer: RecordWriter,
  type: string,
  sent: WriteRequest,
): Promise<FastifyReply> {
  const resource = readResource(sent.request, type)
  await assertValid(resource)
  const query = parseCondition(type, sent.query.toString())
  const ifMatch = headerOf(sent.request, 'if-match')
  const done = await writer.transact(async (transaction) => {
    const known = await findOne(transaction, query)
    assertVersion(ifMatch, known)
    return putOne(transaction, withKnownId(resource, known?.id))
  })
  return send(sent, done)
}

/** The id of the record that matched is the one that counts; another in the body is a mistake. */
export function withKnownId(resource: Resource, id: string | undefined): Resource {
  if (id === undefined) return resource
  if (resource.id === undefined || resource.id === id) return { ...resource, id }
  throw new OnpatientError(
    'invalid-body',
    'The record that matches the condition has another id than the resource. Leave the id out.',
  )
}

/** PATCH Type/id with a JSON Patch. */
export async function patch(
  writer: RecordWriter,
  { type, id }: { type: string; id: string },
  sent: WriteRequest,
): Promise<FastifyReply> {
  const operations = readJson(sent.request, [patchMediaType])
  const ifMatch = headerOf(sent.request, 'if-match')
  const done = await writer.transact(async (transaction) => {
    const current = await transaction.read(type, id)
    if (!current) throw notOfPractice(type)
    assertVersion(ifMatch, current)
    const resource = patchResource(current.content, operations)
    await assertValid(resource)
    return putOne(transaction, resource)
  })
  return send(sent, done)
}

/** DELETE Type/id; the same whether it was there or not (https://hl7.org/fhir/R4/http.html#delete). */
export async function remove(
  writer: RecordWriter,
  { type, id }: { type: string; id: string },
  { request, reply }: WriteRequest,
): Promise<FastifyReply> {
  const ifMatch = headerOf(request, 'if-match')
  await writer.transact(async (transaction) => {
    if (ifMatch !== undefined) assertVersion(ifMatch, await transaction.read(type, id))
    await transaction.remove(type, id)
  })
  return reply.code(204).removeHeader('content-type').send()
}

export function notOfPractice(type: string): OnpatientError {
  return new OnpatientError(
    'not-found',
    `There is no ${type} with this id among the records of this practice.`,
  )
}

async function putOne(transaction: RecordTransaction, resource: Resource): Promise<Done> {
  const [written] = await transaction.put([resource])
  if (!written) throw new Error('nothing was written and nothing refused')
  return written
}

/** 201 or 200, with as much of the record as `Prefer` asks for (https://hl7.org/fhir/R4/http.html#ops). */
function send(
  { request, reply, query, base }: WriteRequest,
  { kind, type, id, versionId, content }: Done,
): FastifyReply {
  const [, lastUpdated = ''] = /"lastUpdated":"([^"]+)"/.exec(content.slice(0, 400)) ?? []
  void reply
    .code(kind === 'created' ? 201 : 200)
    .header('etag', `W/"${versionId}"`)
    .header('last-modified', new Date(lastUpdated).toUTCString())
    .header('location', `${base}/${type}/${id}/_history/${versionId}`)
  const [, wanted] =
    /return\s*=\s*"?(minimal|OperationOutcome)/i.exec(headerOf(request, 'prefer') ?? '') ?? []
  if (wanted === undefined) return reply.send(present(content, query))
  if (wanted.toLowerCase() === 'minimal') return reply.removeHeader('content-type').send()
  const text = `The ${type} was ${kind}; its version is ${versionId}.`
  const issue = [{ severity: 'information', code: 'informational', details: { text } }]
  return reply.send(JSON.stringify({ resourceType: 'OperationOutcome', issue }))
}

function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(',') : value
}
