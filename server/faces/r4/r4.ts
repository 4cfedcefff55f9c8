import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Binary } from 'fhir/r4'
import { isResourceId } from '#fhir/reference.ts'
import type { Access, PresentedToken, RecordReader, WriteAccess } from '#server/access/access.ts'
import { OnpatientError } from '../../errors.ts'
import { apiFace, pathParts } from '../../http/api-face.ts'
import { findPresentedToken } from '../../http/bearer.ts'
import { createCursors } from '../../http/cursor.ts'
import { headersOf, outcomeOf } from '../../http/operation-outcome.ts'
import { ownBases } from '../../http/own-bases.ts'
import { originOf } from '../../http/page-links.ts'
import { parseQuery } from '../../http/query.ts'
import type { RequestLimits } from '../../http/rate-limiting.ts'
import { smartConfiguration } from '../../http/smart-configuration.ts'
import { sendDocument, staticDocument } from '../../http/static-document.ts'
import { type Limits, readLimits } from '../../limits.ts'
import { type Random, systemRandom } from '../../secrets.ts'
import { bytesWithin, sendBytes, wantsBytes } from './binary.ts'
import { answerBundle } from './bundle-answer.ts'
import { answerCompartmentSearch } from './compartment-search.ts'
import { isUnchanged } from './conditional-read.ts'
import { answerDocref } from './docref.ts'
import { createEntryTokens } from './entry-tokens.ts'
import { errorCodes } from './error-codes.ts'
import { answerEverything } from './everything.ts'
import { answerHistory } from './history.ts'
import { createMetadata } from './metadata.ts'
import { assertJson, mediaTypeFor, present } from './negotiate.ts'
import { readOperationParameters } from './operation-parameters.ts'
import { describeR4Types, isR4Type } from './r4-types.ts'
import { type R4Address, readAddress } from './read-address.ts'
import { patchMediaType, resourceMediaTypes } from './read-body.ts'
import { answerSearch } from './search.ts'
import { answerSystemSearch } from './search-several.ts'
import { readSubset, subset } from './subset.ts'
import { answerValidate } from './validate-operation.ts'
import { create, patch, remove, update, updateWhere } from './write.ts'

export { describeR4Types }

interface R4Deps {
  rateLimits: RequestLimits
  access: Pick<Access, 'open' | 'countMore'>
  writeAccess: WriteAccess
  /** Origin of the API, without a slash at the end. */
  fhirUrl: string
  portalUrl: string
  /** Whether applications may register by the protocol; told in the discovery document. */
  offersRegistration?: boolean
  /** Whether a written reference must lead to a record; told in the CapabilityStatement. */
  checksReferences?: boolean
  /** Bounds of bodies and Bundles. */
  limits?: Limits
  /** Seals the cursors of lists; the same in every process. */
  cursorKey: string
  random?: Random
}

/** A request that was read and whose token was opened. */
interface Opened {
  request: FastifyRequest
  reply: FastifyReply
  query: URLSearchParams
  reader: RecordReader
  base: string
}

type SearchAddress = Extract<
  R4Address,
  { kind: 'search' } | { kind: 'compartment' } | { kind: 'system-search' } | { kind: 'base' }
>

/** The FHIR R4 API at `/fhir/r4`: https://hl7.org/fhir/R4/http.html, in JSON. */
export function r4Face(deps: R4Deps): FastifyPluginAsync {
  const { rateLimits, access, writeAccess, fhirUrl, portalUrl, cursorKey, random = systemRandom } = deps
  const { offersRegistration = false, checksReferences = true, limits = readLimits({}) } = deps
  const cursors = createCursors(cursorKey, random)
  const bases = ownBases({ fhirUrl, portalUrl })
  const entryTokens = createEntryTokens(random)
  const metadata = createMetadata({ fhirUrl, portalUrl, checksReferences })
  const codes = staticDocument(JSON.stringify(errorCodes()))
  const smart = staticDocument(JSON.stringify(smartConfiguration({ portalUrl, offersRegistration })))

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const address = readAddress(pathParts(request.url))
    assertMethod(address, request, reply)
    const query = parseQuery(request.url)
    if (address.kind === 'smart-configuration')
      return sendDocument(request, reply.type('application/json; charset=utf-8'), smart)
    // The bytes of a Binary may be of any media type.
    if (!readsBinary(address, request) || query.has('_format')) assertJson(query, request)
    // Clients read it before they have a token: https://hl7.org/fhir/R4/http.html#capabilities
    if (address.kind === 'metadata') return sendDocument(request, reply, metadata(query))
    if (address.kind === 'error-codes') return sendDocument(request, reply, codes)
    assertKnownType(address)
    const base = `${originOf(request, fhirUrl)}/fhir/r4`
    const token = entryTokens.find(request) ?? findPresentedToken(request, query, fhirUrl)
    if (isWrite(address, request))
      return write(address, { request, reply, query, base, bases: [base, ...bases], token })
    const reader = await access.open(token)
    return dispatch(address, { request, reply, query, reader, base })
  }

  async function write(
    address: R4Address,
    sent: Omit<Opened, 'reader'> & { token: PresentedToken | undefined; bases: readonly string[] },
  ): Promise<FastifyReply> {
    const { request, token } = sent
    if (address.kind === 'base') {
      // Whoever has no token at all is told so before a Bundle of any size is looked into.
      await access.open(token)
      return entryTokens.lend(token, (entryHeaders) =>
        answerBundle(() => writeAccess.open(token), {
          ...sent,
          random,
          limits,
          entryHeaders,
          // The request itself counts as one.
          countEntries: (entries) => access.countMore(token, entries - 1),
        }),
      )
    }
    const writer = await writeAccess.open(token)
    if (address.kind !== 'instance' && address.kind !== 'search') throw noSuchAddress()
    switch (request.method) {
      case 'POST':
        return create(writer, address.type, sent)
      case 'PUT':
        return address.kind === 'instance'
          ? update(writer, address, sent)
          : updateWhere(writer, address.type, sent)
      case 'PATCH':
        return patch(writer, address, sent)
      default:
        return remove(writer, address, sent)
    }
  }

  async function dispatch(address: R4Address, opened: Opened): Promise<FastifyReply> {
    const { request, reply, query, reader, base } = opened
    const send = (text: string) => reply.send(present(text, query))
    switch (address.kind) {
      case 'instance':
        return sendRecord(opened, address)
      case 'version':
        return sendVersion(opened, address)
      case 'history':
        return send(
          await answerHistory(reader, address, { query, isStrict: isStrict(request), base, cursors }),
        )
      case 'everything':
        return send(
          await answerEverything(reader, address.id, {
            query: await readOperationParameters(request, query),
            isStrict: isStrict(request),
            base,
            cursors,
          }),
        )
      case 'docref': {
        const params = await readOperationParameters(request, query)
        return send(await answerDocref(reader, { params, isStrict: isStrict(request), base, bases, cursors }))
      }
      case 'validate':
        return answerValidate(reply, address, opened)
      case 'search':
      case 'compartment':
      case 'system-search':
      case 'base':
        return sendFound(opened, address)
      default:
        throw noSuchAddress()
    }
  }

  async function sendFound(
    { request, reply, query, reader, base }: Opened,
    address: SearchAddress,
  ): Promise<FastifyReply> {
    assertForm(request)
    const params = new URLSearchParams([...query, ...formOf(request)])
    assertJson(params, request)
    const asked = { params, isStrict: isStrict(request), base, bases, cursors }
    const text =
      address.kind === 'search'
        ? await answerSearch(reader, { ...asked, type: address.type })
        : address.kind === 'compartment'
          ? await answerCompartmentSearch(reader, address, asked)
          : await answerSystemSearch(reader, asked)
    return reply.send(present(text, params))
  }

  return apiFace({
    rateLimits,
    root: 'fhir',
    bodies: {
      mediaTypes: [...resourceMediaTypes, patchMediaType],
      limitBytes: limits.bodyBytes,
      any: {
        areSent: (request) =>
          (request.method === 'POST' || request.method === 'PUT') &&
          isOfBinary(readAddress(pathParts(request.url))),
        limitBytes: bytesWithin(limits.bodyBytes),
      },
    },
    mediaTypeFor,
    answer,
    sendError(reply, error, request) {
      const { status, headers } = headersOf(error)
      const body = JSON.stringify(outcomeOf(error, request.id))
      return reply.code(status).headers(headers).type(mediaTypeFor(request)).send(body)
    },
  })
}

function isOfBinary(address: R4Address): boolean {
  return 'type' in address && address.type === 'Binary'
}

function readsBinary(address: R4Address, { method }: FastifyRequest): boolean {
  const isOne = address.kind === 'instance' || address.kind === 'version'
  return isOne && isOfBinary(address) && (method === 'GET' || method === 'HEAD')
}

/** Whether a parameter that is not known is to be refused: https://hl7.org/fhir/R4/search.html#errors */
function isStrict({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return /handling\s*=\s*strict/i.test(String(headers.prefer ?? ''))
}

async function sendRecord(
  { request, reply, query, reader }: Opened,
  { type, id }: { type: string; id: string },
): Promise<FastifyReply> {
  // Refused before anything is read.
  readSubset(query)
  const content = isResourceId(id) ? await reader.read(type, id) : undefined
  if (content === undefined) throw (await wasDeleted(reader, type, id)) ? deleted(type) : notHere(type)
  if (isUnchanged(request, reply, content)) return reply.code(304).send()
  return sendContent({ request, reply, query }, type, content)
}

/** The record as JSON, whole or the part that is asked for; of a Binary its bytes, unless FHIR is asked for. */
function sendContent(
  { request, reply, query }: Pick<Opened, 'request' | 'reply' | 'query'>,
  type: string,
  content: string,
): FastifyReply {
  if (type === 'Binary' && !query.has('_format')) {
    const binary = JSON.parse(content) as Binary
    if (wantsBytes(request, binary)) return sendBytes(request, reply, binary)
  }
  return reply.send(present(subset(content, type, readSubset(query)), query))
}

async function sendVersion(
  { request, reply, query, reader }: Opened,
  { type, id, versionId }: { type: string; id: string; versionId: string },
): Promise<FastifyReply> {
  readSubset(query)
  const number = /^\d{1,9}$/.test(versionId) ? Number(versionId) : 0
  const content = await reader.readVersion({ type, id, versionId: number })
  if (content === undefined)
    throw (await wasDeletion(reader, { type, id, versionId: number })) ? deleted(type) : notHere(type)
  return isUnchanged(request, reply, content)
    ? reply.code(304).send()
    : sendContent({ request, reply, query }, type, content)
}

/** Whoever could read it may know that it is gone: https://hl7.org/fhir/R4/http.html#delete */
async function wasDeleted(reader: RecordReader, type: string, id: string): Promise<boolean> {
  if (!isResourceId(id) || !reader.allowsHistory(type)) return false
  const { versions } = await reader.listVersions({ type, id, pageSize: 1 })
  return Number(versions[0]?.deleted ?? 0) === 1
}

/** Whether a version is the deletion of its record: https://hl7.org/fhir/R4/http.html#vread */
async function wasDeletion(
  reader: RecordReader,
  address: { type: string; id: string; versionId: number },
): Promise<boolean> {
  return address.versionId > 0 && isResourceId(address.id) && reader.isDeletion(address)
}

function deleted(type: string): OnpatientError {
  return new OnpatientError(
    'record-deleted',
    `This ${type} was deleted. Its history tells its earlier versions.`,
  )
}

/** The words must not depend on whether the record exists elsewhere: that it exists is nobody else's business. */
function notHere(type: string): OnpatientError {
  return new OnpatientError('not-found', `There is no ${type} with this id among the records of this token.`)
}

function assertKnownType(address: R4Address): void {
  const type = 'type' in address ? address.type : address.kind === 'compartment' ? address.of : '*'
  if (type === '*' || isR4Type(type)) return
  throw new OnpatientError(
    'not-found',
    `${type.slice(0, 60)} is not a type of record that is served here. See the CapabilityStatement at /fhir/r4/metadata.`,
  )
}

function noSuchAddress(): OnpatientError {
  return new OnpatientError(
    'not-found',
    'There is no such address. It has the form /fhir/r4/Type, /fhir/r4/Type/ID or /fhir/r4/metadata; the case of letters matters.',
  )
}

/** A search may come as a form, so that its parameters stay out of logs: https://hl7.org/fhir/R4/http.html#search */
function formOf({ method, body }: FastifyRequest): URLSearchParams {
  return method === 'POST' && typeof body === 'string' ? parseQuery(`?${body}`) : new URLSearchParams()
}

/** Parameters in a body of another kind would be left out, and the answer hold more than was asked for. */
function assertForm({ method, body, headers }: FastifyRequest): void {
  const { 'content-length': length = '0' } = headers
  const isOther = typeof body !== 'string' && (Buffer.isBuffer(body) ? body.length > 0 : length !== '0')
  if (method !== 'POST' || !isOther) return
  throw new OnpatientError(
    'media-type-not-supported',
    'Send the parameters of a search as a form, with the header "Content-Type: application/x-www-form-urlencoded", or in the address.',
  )
}

/** They change nothing, though their parameters may be sent in a body. */
function isQuestion(address: R4Address): boolean {
  if (address.kind === 'search' || address.kind === 'compartment') return address.isForm
  return ['validate', 'everything', 'docref', 'system-search'].includes(address.kind)
}

/** Methods beside reading that an address answers. */
function writingMethods(address: R4Address): string[] {
  if (address.kind === 'base' || isQuestion(address)) return ['POST']
  if (address.kind === 'instance') return ['PUT', 'PATCH', 'DELETE']
  return address.kind === 'search' ? ['POST', 'PUT', 'PATCH', 'DELETE'] : []
}

function isWrite(address: R4Address, { method }: FastifyRequest): boolean {
  return !isQuestion(address) && writingMethods(address).includes(method)
}

function assertMethod(address: R4Address, { method }: FastifyRequest, reply: FastifyReply): void {
  if (address.kind === 'none') throw noSuchAddress()
  // A resource to be validated can only be sent.
  const isSentOnly = address.kind === 'validate' && address.id === undefined
  const allowed = [...(isSentOnly ? [] : ['GET', 'HEAD']), ...writingMethods(address)]
  if (allowed.includes(method)) return
  void reply.header('allow', [...allowed, 'OPTIONS'].join(', '))
  throw new OnpatientError(
    'method-not-allowed',
    `${method} is not answered at this address; ${allowed.join(', ')} ${allowed.length === 1 ? 'is' : 'are'}.`,
  )
}
