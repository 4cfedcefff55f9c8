import type { Resource } from 'fhir/r4'
import { copyExact, parseExact } from '#fhir/exact-json.ts'
import { locateReferences, parseReference, visitReferences } from '#fhir/reference.ts'
import { readStoredHead } from '#fhir/stored-text.ts'
import { loadValidator, type Validator } from '#fhir/validation/validate.ts'
import type {
  CurrentRecord,
  RecordReader,
  RecordWriter,
  WriteTransaction,
  Written,
} from '#server/access/access.ts'
import { breathe } from '../../../breathe.ts'
import { type ErrorCode, OnpatientError } from '../../../errors.ts'
import { currentWork } from '../../../request-work.ts'
import type { Random } from '../../../secrets.ts'
import type { Action } from '../bundle-action.ts'
import { assertNoneMatch, assertVersion, findOne, parseCondition } from '../condition.ts'
import { type EntryAnswer, renderAnswer } from '../entry-answer.ts'
import { patchRecord } from '../patch-record.ts'
import { isR4Type } from '../r4-types.ts'
import { assertAllValid } from '../validate.ts'
import { requestOf } from './batch.ts'
import type { BundleContext } from './bundle-context.ts'
import {
  describeWrite,
  interactionsOf,
  nothingMatches,
  notOfPractice,
  readReturn,
  withKnownId,
} from './written.ts'

/**
 * Deletions first, then what is new and changed together, then reads: the order of the specification
 * (https://hl7.org/fhir/R4/http.html#trules). The reads see what the transaction has written, and one that fails undoes it.
 */
export async function runTransaction(sent: BundleContext, actions: Action[]): Promise<EntryAnswer[]> {
  const reads = actions.filter(isRead)
  // Reads alone need no right to write.
  if (reads.length === actions.length) return inOrder(actions, await answerReads(sent, reads))
  const writer = await sent.openWriter()
  assertAllowed(writer, actions)
  await assertAllValid(listWritten(actions))
  // Places by the addresses of records, with which refusals of the store begin.
  const places = new Map<string, string>()
  const answers = await writer
    .write(async (transaction) => {
      const { answers, removed, addresses } = await writeAll(transaction, actions, {
        ...sent,
        writer,
        places,
      })
      if (reads.length === 0) return answers
      const reader = await transaction.finish()
      return new Map([...answers, ...(await answerReads(sent, reads, { reader, removed, addresses }))])
    })
    .catch((error: unknown) => {
      throw atEntry(error, places)
    })
  return inOrder(actions, answers)
}

function inOrder(actions: Action[], answers: ReadonlyMap<Action, EntryAnswer>): EntryAnswer[] {
  return actions.flatMap((action) => answers.get(action) ?? [])
}

/** What a transaction has done before its reads. */
interface Before {
  reader: RecordReader
  /** `Type/id` of what it has deleted. */
  removed: ReadonlySet<string>
  /** The addresses of records that got another address than the one they were sent to. */
  addresses: ReadonlyMap<string, string>
}

/** Throws the error of the first read that fails, with its entry. */
async function answerReads(
  sent: BundleContext,
  reads: readonly Action[],
  before?: Before,
): Promise<Map<Action, EntryAnswer>> {
  const answers = new Map<Action, EntryAnswer>()
  const work = currentWork()
  for (const action of reads) {
    await breathe({ holdsLock: before !== undefined })
    if (before?.removed.has(action.url))
      throw failed(action, 'It deletes the record that this entry reads.', 'not-found')
    try {
      work?.assertGoesOn()
      const request = requestOf(action)
      const url = before ? redirect(request.url, before.addresses) : request.url
      const answer = await sent.answerEntry({ ...request, url }, before?.reader)
      work?.countBytes(renderAnswer(sent.base, answer).length)
      answers.set(action, answer)
    } catch (error) {
      // The store repeats a transaction that collided with another one, so its errors pass unchanged.
      if (!(error instanceof OnpatientError)) throw error
      throw failed(action, error.message, error.code, error)
    }
  }
  return answers
}

/** A record that got another id is read there, though the entry names the id that was sent (decision 0028). */
function redirect(url: string, addresses: ReadonlyMap<string, string>): string {
  const [, sentAs = '', rest = ''] = /^([^/?]+\/[^/?]+)(.*)$/s.exec(url) ?? []
  const address = addresses.get(sentAs)
  return address === undefined ? url : `${address}${rest}`
}

/** Checks the scopes before a resource is looked at. Throws `scope-missing` with the entry. */
function assertAllowed(writer: Pick<RecordWriter, 'assertMay'>, actions: readonly Action[]): void {
  for (const { method, type, question, place } of actions) {
    if (question || method === 'GET' || method === 'HEAD') continue
    try {
      writer.assertMay(type, interactionsOf[method])
    } catch (error) {
      if (!(error instanceof OnpatientError)) throw error
      const { code, message, field } = error
      throw new OnpatientError(code, message, {
        expression: place,
        cause: error,
        ...(field === undefined ? {} : { field }),
      })
    }
  }
}

/** Adds the entry to the refusal of one record. */
function atEntry(error: unknown, places: ReadonlyMap<string, string>): unknown {
  if (!(error instanceof OnpatientError) || error.code !== 'record-refused') return error
  const place = places.get(/^\w+\/[A-Za-z0-9\-.]+/.exec(error.message)?.[0] ?? '')
  if (place === undefined || error.expression?.startsWith('Bundle.')) return error
  const expression = (error.expression ?? 'Resource').replace(/^\w+/, `${place}.resource`)
  return new OnpatientError(error.code, error.message, { expression, cause: error })
}

function isRead({ method, question }: Action): boolean {
  return question !== undefined || method === 'GET' || method === 'HEAD'
}

function failed({ place }: Action, text: string, code: ErrorCode, cause?: Error): OnpatientError {
  return new OnpatientError(code, `The transaction was not done, because ${place} failed. ${text}`, {
    expression: place,
    ...(cause === undefined ? {} : { cause }),
  })
}

/** The resources of the entries. The result of a patch is known only when the record was read. */
function listWritten(actions: Action[]): Array<{ resource: Resource; place: string }> {
  return actions.flatMap(({ method, resource, place }) =>
    resource && method !== 'PATCH' ? [{ resource, place: `${place}.resource` }] : [],
  )
}

async function writeAll(
  transaction: WriteTransaction,
  actions: Action[],
  {
    base,
    bases,
    random,
    request,
    writer,
    places,
  }: BundleContext & { writer: RecordWriter; places: Map<string, string> },
): Promise<Omit<Before, 'reader'> & { answers: Map<Action, EntryAnswer> }> {
  const wanted = readReturn(request)
  const answer = (done: Done, { isHidden = false } = {}) =>
    answerOf({ base, wanted, isShown: !isHidden && writer.shows(done) }, done)
  const answers = new Map<Action, EntryAnswer>()
  const removed = await removeAll(transaction, actions, { answers, bases, writer })
  const { addresses, puts, known } = await planPuts(transaction, actions, { random, writer, bases })
  // "The transaction SHALL fail" where entries are about the same record: https://hl7.org/fhir/R4/http.html#trules
  for (const [address, { action }] of puts) if (removed.has(address)) throw comesTwice(action, address)
  for (const [action, record] of known)
    answers.set(action, answer({ ...record, kind: 'unchanged', type: action.type }))
  for (const [address, { action }] of puts) places.set(address, action.place)
  const validator = await loadValidator()
  for (const { action, resource } of puts.values()) {
    await breathe({ holdsLock: true })
    await resolve(transaction, resource, { addresses, action, bases, validator })
  }
  const all = [...puts.values()]
  const written = await transaction.put(
    all.map(({ resource }) => resource),
    all.map(({ action: { method } }) => (method === 'POST' || method === 'PATCH' ? method : 'PUT')),
  )
  await assertOneEach(
    transaction,
    all.map(({ action }) => action),
    bases,
  )
  for (const each of written) {
    await breathe({ holdsLock: true })
    const put = puts.get(each.sentAs)
    if (!put) continue
    for (const action of put.others) answers.set(action, answer({ ...each, kind: 'unchanged' }))
    assertNoneMatch(put.action.readHeaders['if-none-match'], each.kind)
    answers.set(put.action, answer(each, put))
  }
  const moved = written.filter(({ sentAs, type, id }) => sentAs !== `${type}/${id}`)
  return {
    answers,
    removed,
    addresses: new Map(moved.map(({ sentAs, type, id }) => [sentAs, `${type}/${id}`])),
  }
}

/** The addresses of what is deleted, `Type/id`. */
async function removeAll(
  transaction: WriteTransaction,
  actions: Action[],
  {
    answers,
    ...deps
  }: { answers: Map<Action, EntryAnswer>; bases: readonly string[]; writer: Pick<RecordWriter, 'shows'> },
): Promise<Set<string>> {
  const removed = new Set<string>()
  for (const action of actions) {
    if (action.method !== 'DELETE') continue
    const id = await removeOne(transaction, action, deps)
    if (id !== undefined) removed.add(`${action.type}/${id}`)
    answers.set(action, { response: { status: '204' } })
  }
  return removed
}

async function removeOne(
  transaction: WriteTransaction,
  { type, id, condition, ifMatch }: Action,
  { bases, writer }: { bases: readonly string[]; writer: Pick<RecordWriter, 'shows'> },
): Promise<string | undefined> {
  const isLookedAt = id === undefined || ifMatch !== undefined
  const current = isLookedAt ? await findNamed(transaction, { type, id, condition }, bases) : undefined
  assertVersion(ifMatch, current, { isShown: writer.shows({ type, content: current?.content }) })
  const found = id ?? current?.id
  if (found !== undefined) await transaction.remove(type, found)
  return found
}

function comesTwice({ place }: Action, address: string): OnpatientError {
  return new OnpatientError('invalid-body', `${place}: ${address} comes twice in this transaction.`, {
    expression: place,
  })
}

/** By its id, or by the condition in place of one. */
function findNamed(
  transaction: WriteTransaction,
  { type, id, condition = '' }: Pick<Action, 'type' | 'id' | 'condition'>,
  bases: readonly string[],
): Promise<CurrentRecord | undefined> {
  return id === undefined
    ? findOne(transaction, parseCondition(type, condition, bases))
    : transaction.read(type, id)
}

interface Put {
  action: Action
  resource: Resource
  isHidden: boolean
  /** Conditional creates with the same condition, which mean the same record. */
  others: Action[]
}

interface Plan {
  /** `Type/id` of the entries, by fullUrl. */
  addresses: Map<string, string>
  /** What is written, by `Type/id`. */
  puts: Map<string, Put>
  /** Conditional creates of what is there. */
  known: Map<Action, CurrentRecord>
}

interface PlanDeps {
  random: Random
  writer: Pick<RecordWriter, 'shows'>
  bases: readonly string[]
}

async function planPuts(transaction: WriteTransaction, actions: Action[], deps: PlanDeps): Promise<Plan> {
  const plan: Plan = { addresses: new Map(), puts: new Map(), known: new Map() }
  const created = new Map<string, Put>()
  for (const action of actions) {
    await breathe({ holdsLock: true })
    if (joinsAnother(plan, created.get(conditionOf(action)), action)) continue
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
    const put: Put = { action, resource: copyExact({ ...content, id }) as Resource, isHidden, others: [] }
    plan.puts.set(address, put)
    if (action.method === 'POST' && action.condition !== undefined) created.set(conditionOf(action), put)
  }
  return plan
}

function conditionOf({ type, condition }: Action): string {
  return `${type}?${condition}`
}

/** A conditional create with the condition of an earlier one means the record of that one. */
function joinsAnother({ addresses }: Plan, put: Put | undefined, action: Action): boolean {
  if (!put || action.method !== 'POST' || action.condition === undefined) return false
  put.others.push(action)
  if (action.fullUrl !== undefined) addresses.set(action.fullUrl, `${action.type}/${put.resource.id}`)
  return true
}

/**
 * Checks the conditions again after the writes. Where two entries meant one record and made two, both match
 * (https://hl7.org/fhir/R4/http.html#trules). Throws `several-match`.
 */
async function assertOneEach(
  transaction: WriteTransaction,
  actions: readonly Action[],
  bases: readonly string[],
): Promise<void> {
  const counts = new Map<string, number>()
  for (const { type } of actions) counts.set(type, (counts.get(type) ?? 0) + 1)
  for (const { method, type, condition, place } of actions) {
    const isAlone = counts.get(type) === 1
    if (isAlone || condition === undefined || method === 'PATCH') continue
    const { isOnly } = await transaction.find(parseCondition(type, condition, bases))
    if (!isOnly)
      throw new OnpatientError(
        'several-match',
        `${place}: another entry of this transaction makes a ${type} that the same condition matches. Send one of them.`,
        { expression: `${place}.request` },
      )
  }
}

interface Identified {
  id: string
  content: Resource
  /** The record that exists already. Then nothing is written. */
  known?: CurrentRecord
  /** Whether the client may not see its content. */
  isHidden?: boolean
}

/** The record that an entry is about. References of other entries lead to it. */
async function identify(
  transaction: WriteTransaction,
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
    assertVersion(ifMatch, known, { isShown: writer.shows({ type, content: known?.content }) })
    const content = withKnownId(resource, known?.id)
    return { id: content.id ?? newId(), content }
  }
  if (ifMatch !== undefined) {
    const current = await transaction.read(type, id)
    assertVersion(ifMatch, current, { isShown: writer.shows({ type, content: current?.content }) })
  }
  if (resource.id !== id)
    throw new OnpatientError(
      'invalid-body',
      `${place}: the id of the resource must be the one of request.url.`,
      { expression: `${place}.resource.id` },
    )
  return { id, content: resource }
}

async function patchNamed(
  transaction: WriteTransaction,
  action: Action,
  { binary, writer, bases }: Pick<PlanDeps, 'writer' | 'bases'> & { binary: Resource },
): Promise<Identified> {
  const { type, ifMatch, place } = action
  const current = await findNamed(transaction, action, bases)
  if (!current) throw action.id === undefined ? nothingMatches(type) : notOfPractice(type)
  const isShown = writer.shows({ type, content: current.content })
  assertVersion(ifMatch, current, { isShown })
  const patch = readPatchOf(binary, place)
  const content = await patchRecord({ type, content: current.content, patch, isShown, place })
  return { id: current.id, content, isHidden: !isShown }
}

/** A JSON Patch travels in a Binary: https://hl7.org/fhir/R4/http.html#patch */
function readPatchOf(resource: Resource, place: string): unknown {
  const { data } = resource as { data?: unknown }
  try {
    return parseExact(Buffer.from(String(data ?? ''), 'base64').toString('utf8'))
  } catch {
    throw new OnpatientError('invalid-body', `${place}: the data of the Binary is not a JSON Patch.`, {
      expression: `${place}.resource.data`,
    })
  }
}

interface Links {
  /** `Type/id` of the entries, by fullUrl. */
  addresses: Map<string, string>
  action: Action
  bases: readonly string[]
  validator: Pick<Validator, 'rewriteAddresses'>
}

/**
 * Writes links to other entries, and conditional references, as `Type/id`, wherever they stand (https://hl7.org/fhir/R4/http.html#trules). Every other reference stays
 * as it is.
 */
async function resolve(
  transaction: WriteTransaction,
  resource: Resource,
  { addresses, action, bases, validator }: Links,
): Promise<void> {
  const searches: Array<{ element: { reference: string }; type: string; query: string }> = []
  const refused = (text: string, why: string) =>
    new OnpatientError('record-refused', `${action.place} refers to ${text.slice(0, 80)}, ${why}`, {
      expression: placeOf(resource, text, action.place),
    })
  visitReferences(resource, (element) => {
    const address = addressOf(element.reference, addresses, action)
    const parsed = parseReference(element.reference, bases)
    if (address !== undefined) element.reference = address
    else if (parsed.kind === 'conditional') searches.push({ element, type: parsed.type, query: parsed.query })
    else if (parsed.kind === 'urn') throw refused(parsed.text, 'which no entry of the Bundle has as fullUrl.')
  })
  validator.rewriteAddresses(resource, (address) => addresses.get(address))
  for (const { element, type, query } of searches) {
    const found = isR4Type(type) ? await findOne(transaction, parseCondition(type, query, bases)) : undefined
    if (!found) throw refused(element.reference, 'which no record matches.')
    element.reference = `${type}/${found.id}`
  }
}

/**
 * The address of the entry that a reference means. A relative reference is read below the address of its own entry
 * (https://hl7.org/fhir/R4/bundle.html#references).
 */
function addressOf(
  reference: string,
  addresses: Map<string, string>,
  { fullUrl }: Action,
): string | undefined {
  const known = addresses.get(reference)
  if (known !== undefined) return known
  const parsed = parseReference(reference)
  const [, root] = /^(https?:\/\/.+\/)[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/.exec(fullUrl ?? '') ?? []
  if (parsed.kind !== 'relative' || root === undefined) return undefined
  const address = addresses.get(`${root}${parsed.type}/${parsed.id}`)
  // The same record under the same address: the version, if it has one, stays.
  return address === `${parsed.type}/${parsed.id}` ? undefined : address
}

function placeOf(resource: Resource, text: string, place: string): string {
  const found = locateReferences(resource).find((each) => each.text === text)
  return found ? `${place}.resource${found.path}.reference` : `${place}.resource`
}

type Done = Pick<Written, 'kind' | 'type' | 'id' | 'versionId' | 'content'>

function answerOf(
  { base, wanted, isShown }: { base: string; wanted: ReturnType<typeof readReturn>; isShown: boolean },
  done: Done,
): EntryAnswer {
  const { kind, type, id, versionId, content } = done
  const { lastUpdated: lastModified } = readStoredHead(content)
  return {
    ...(wanted === 'representation' && isShown ? { resource: content } : {}),
    response: {
      status: kind === 'created' ? '201' : '200',
      location: `${base}/${type}/${id}/_history/${versionId}`,
      etag: `W/"${versionId}"`,
      lastModified,
      ...(wanted === 'OperationOutcome' ? { outcome: describeWrite(done) } : {}),
    },
  }
}
