import type { Resource } from 'fhir/r4'
import { copyExact, parseExact } from '#fhir/exact-json.ts'
import { parseReference, visitAttachments, visitReferences } from '#fhir/reference.ts'
import type { RecordWriter } from '#server/access/access.ts'
import type { CurrentRecord, RecordTransaction, Written } from '#server/records/records.ts'
import { OnpatientError } from '../../errors.ts'
import type { Random } from '../../secrets.ts'
import { inject } from './batch.ts'
import type { Action } from './bundle-action.ts'
import type { AnswerEntry, BundleRequest } from './bundle-answer.ts'
import { assertNoneMatch, assertVersion, findOne, parseCondition } from './condition.ts'
import { patchResource } from './json-patch.ts'
import { isR4Type } from './r4-types.ts'
import { assertAllValid, assertValid } from './validate.ts'
import { describeWrite, nothingMatches, notOfPractice, readReturn, withKnownId } from './write.ts'

/** Deletions first, then what is new and changed together, then reads: the order of the specification. */
export async function transact(
  openWriter: () => Promise<RecordWriter>,
  sent: BundleRequest,
  actions: Action[],
): Promise<AnswerEntry[]> {
  const answers = new Map<Action, AnswerEntry>()
  if (actions.some(({ method }) => method !== 'GET' && method !== 'HEAD')) {
    const writer = await openWriter()
    await assertAllValid(listWritten(actions))
    const done = await writer.transact((transaction) => writeAll(transaction, actions, { ...sent, writer }))
    for (const [action, answer] of done) answers.set(action, answer)
  }
  for (const action of actions)
    if (!answers.has(action))
      answers.set(
        action,
        await inject(sent, { method: action.method, url: action.url, headers: action.readHeaders }),
      )
  return actions.flatMap((action) => answers.get(action) ?? [])
}

/** What comes with the entries; what a patch makes is known only when the record was read. */
function listWritten(actions: Action[]): Array<{ resource: Resource; place: string }> {
  return actions.flatMap(({ method, resource, place }) =>
    resource && method !== 'PATCH' ? [{ resource, place: `${place}.resource` }] : [],
  )
}

async function writeAll(
  transaction: RecordTransaction,
  actions: Action[],
  { base, bases, random, request, writer }: BundleRequest & { writer: RecordWriter },
): Promise<Map<Action, AnswerEntry>> {
  const told = { base, wanted: readReturn(request) }
  const answers = new Map<Action, AnswerEntry>()
  const removed = await removeAll(transaction, actions, { answers, bases })
  const { addresses, puts, known } = await planPuts(transaction, actions, { random, writer, bases })
  // "The transaction SHALL fail" where entries are about the same record: https://hl7.org/fhir/R4/http.html#trules
  for (const [address, { action }] of puts) if (removed.has(address)) throw comesTwice(action, address)
  for (const [action, record] of known)
    answers.set(action, answerOf(told, { ...record, kind: 'unchanged', type: action.type }))
  for (const { action, resource } of puts.values())
    await resolve(transaction, resource, { addresses, action, bases })
  const all = [...puts.values()]
  const written = await transaction.put(
    all.map(({ resource }) => resource),
    all.map(({ action: { method } }) => (method === 'POST' || method === 'PATCH' ? method : 'PUT')),
  )
  for (const each of written) {
    const put = puts.get(`${each.type}/${each.id}`)
    if (!put) continue
    assertNoneMatch(put.action.readHeaders['if-none-match'], each.kind)
    const isHidden = put.isHidden && told.wanted === 'representation'
    answers.set(put.action, answerOf(isHidden ? { base, wanted: undefined } : told, each))
  }
  return answers
}

/** The addresses of what is deleted, `Type/id`. */
async function removeAll(
  transaction: RecordTransaction,
  actions: Action[],
  { answers, bases }: { answers: Map<Action, AnswerEntry>; bases: readonly string[] },
): Promise<Set<string>> {
  const removed = new Set<string>()
  for (const action of actions) {
    if (action.method !== 'DELETE') continue
    const id = await removeOne(transaction, action, bases)
    if (id !== undefined) removed.add(`${action.type}/${id}`)
    answers.set(action, { response: { status: '204' } })
  }
  return removed
}

async function removeOne(
  transaction: RecordTransaction,
  { type, id, condition, ifMatch }: Action,
  bases: readonly string[],
): Promise<string | undefined> {
  const isLookedAt = id === undefined || ifMatch !== undefined
  const current = isLookedAt ? await findNamed(transaction, { type, id, condition }, bases) : undefined
  assertVersion(ifMatch, current)
  const found = id ?? current?.id
  if (found !== undefined) await transaction.remove(type, found)
  return found
}

function comesTwice({ place }: Action, address: string): OnpatientError {
  return new OnpatientError('invalid-body', `${place}: ${address} comes twice in this transaction.`)
}

/** By its id, or by the condition in place of one. */
function findNamed(
  transaction: RecordTransaction,
  { type, id, condition = '' }: Pick<Action, 'type' | 'id' | 'condition'>,
  bases: readonly string[],
): Promise<CurrentRecord | undefined> {
  return id === undefined
    ? findOne(transaction, parseCondition(type, condition, bases))
    : transaction.read(type, id)
}

interface Plan {
  /** `Type/id` of the entries, by fullUrl. */
  addresses: Map<string, string>
  /** What is written, by `Type/id`. */
  puts: Map<string, { action: Action; resource: Resource; isHidden: boolean }>
  /** Conditional creates of what is there. */
  known: Map<Action, CurrentRecord>
}

interface PlanDeps {
  random: Random
  writer: Pick<RecordWriter, 'shows'>
  bases: readonly string[]
}

async function planPuts(transaction: RecordTransaction, actions: Action[], deps: PlanDeps): Promise<Plan> {
  const plan: Plan = { addresses: new Map(), puts: new Map(), known: new Map() }
  for (const action of actions) {
    const identified = await identify(transaction, action, deps)
    if (identified === undefined) continue
    const { id, content, known, isHidden = false } = identified
    const address = `${action.type}/${id}`
    if (action.fullUrl !== undefined) plan.addresses.set(action.fullUrl, address)
    if (known) {
      plan.known.set(action, known)
      continue
    }
    if (plan.puts.has(address)) throw comesTwice(action, address)
    // The transaction may run again, so the request's own objects stay as they came.
    plan.puts.set(address, { action, resource: copyExact({ ...content, id }) as Resource, isHidden })
  }
  return plan
}

interface Identified {
  id: string
  content: Resource
  /** Nothing is written: it is there already. */
  known?: CurrentRecord
  /** What stands in it is not the client's to see. */
  isHidden?: boolean
}

/** Which record an entry is about, as far as that decides what others refer to. */
async function identify(
  transaction: RecordTransaction,
  action: Action,
  { random, writer, bases }: PlanDeps,
): Promise<Identified | undefined> {
  const { method, type, id, condition, ifMatch, resource, place } = action
  if (!resource) return undefined
  if (method === 'PATCH') return patchNamed(transaction, action, { binary: resource, writer, bases })
  const known =
    condition === undefined ? undefined : await findOne(transaction, parseCondition(type, condition, bases))
  const newId = () => random.bytes(16).toString('hex')
  if (method === 'POST')
    return known ? { id: known.id, content: resource, known } : { id: newId(), content: resource }
  if (id === undefined) {
    assertVersion(ifMatch, known)
    const content = withKnownId(resource, known?.id)
    return { id: content.id ?? newId(), content }
  }
  if (ifMatch !== undefined) assertVersion(ifMatch, await transaction.read(type, id))
  if (resource.id !== id)
    throw new OnpatientError(
      'invalid-body',
      `${place}: the id of the resource must be the one of request.url.`,
    )
  return { id, content: resource }
}

async function patchNamed(
  transaction: RecordTransaction,
  action: Action,
  { binary, writer, bases }: Pick<PlanDeps, 'writer' | 'bases'> & { binary: Resource },
): Promise<Identified> {
  const { type, ifMatch, place } = action
  const current = await findNamed(transaction, action, bases)
  if (!current) throw action.id === undefined ? nothingMatches(type) : notOfPractice(type)
  assertVersion(ifMatch, current)
  const content = patchResource(current.content, readPatchOf(binary, place))
  await assertValid(content, `${place}.resource`)
  return { id: current.id, content, isHidden: !writer.shows({ type, content: current.content }) }
}

/** A JSON Patch travels in a Binary: https://hl7.org/fhir/R4/http.html#patch */
function readPatchOf(resource: Resource, place: string): unknown {
  const { data } = resource as { data?: unknown }
  try {
    return parseExact(Buffer.from(String(data ?? ''), 'base64').toString('utf8'))
  } catch {
    throw new OnpatientError('invalid-body', `${place}: the data of the Binary is no JSON Patch.`)
  }
}

/** Writes references to other entries, and conditional ones, as `Type/id`; and addresses of attachments, too (https://hl7.org/fhir/R4/http.html#trules). */
async function resolve(
  transaction: RecordTransaction,
  resource: Resource,
  { addresses, action, bases }: { addresses: Map<string, string>; action: Action; bases: readonly string[] },
): Promise<void> {
  const searches: Array<{ element: { reference: string }; type: string; query: string }> = []
  visitReferences(resource, (element) => {
    const address = addresses.get(element.reference)
    const parsed = parseReference(element.reference, bases)
    if (address !== undefined) element.reference = address
    else if (parsed.kind === 'relative') element.reference = `${parsed.type}/${parsed.id}`
    else if (parsed.kind === 'conditional') searches.push({ element, type: parsed.type, query: parsed.query })
    else if (parsed.kind === 'urn')
      throw new OnpatientError(
        'record-refused',
        `${action.place} refers to ${parsed.text.slice(0, 80)}, which no entry of the Bundle has as fullUrl.`,
      )
  })
  visitAttachments(resource, (element) => {
    element.url = addresses.get(element.url) ?? element.url
  })
  for (const { element, type, query } of searches) {
    const found = isR4Type(type) ? await findOne(transaction, parseCondition(type, query, bases)) : undefined
    if (!found)
      throw new OnpatientError(
        'record-refused',
        `${action.place} refers to ${element.reference.slice(0, 80)}, which no record matches.`,
      )
    element.reference = `${type}/${found.id}`
  }
}

function answerOf(
  { base, wanted }: { base: string; wanted: ReturnType<typeof readReturn> },
  done: Pick<Written, 'kind' | 'type' | 'id' | 'versionId' | 'content'>,
): AnswerEntry {
  const { kind, type, id, versionId, content } = done
  const [, lastModified = ''] = /"lastUpdated":"([^"]+)"/.exec(content.slice(0, 400)) ?? []
  return {
    ...(wanted === 'representation' ? { resource: content } : {}),
    response: {
      status: kind === 'created' ? '201' : '200',
      location: `${base}/${type}/${id}/_history/${versionId}`,
      etag: `W/"${versionId}"`,
      lastModified,
      ...(wanted === 'OperationOutcome' ? { outcome: describeWrite(done) } : {}),
    },
  }
}
