import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Access, WriteAccess } from '#server/access/access.ts'
import { OnpatientError } from '../../errors.ts'
import { findPresentedToken } from '../../http/bearer.ts'
import { createCursors } from '../../http/cursor.ts'
import { headersOf, outcomeOf } from '../../http/operation-outcome.ts'
import { ownBases } from '../../http/own-bases.ts'
import { originOf } from '../../http/page-links.ts'
import { parseQuery } from '../../http/query.ts'
import type { RequestLimits } from '../../http/rate-limiting.ts'
import { pathParts, registerApi } from '../../http/register-api.ts'
import { smartConfiguration } from '../../http/smart-configuration.ts'
import { sendDocument, staticDocument } from '../../http/static-document.ts'
import { type Limits, readLimits } from '../../limits.ts'
import { type Random, systemRandom } from '../../secrets.ts'
import type { Answer, Asked, DocumentAnswer } from './answer.ts'
import { bytesWithin } from './binary.ts'
import { errorCodes } from './error-codes.ts'
import { mostTypes } from './interactions/system-search.ts'
import { type AddressKind, findInteraction, methodsOf, type R4Address, readAddress } from './interactions.ts'
import { createMetadata } from './metadata.ts'
import { assertJson, mediaTypeFor } from './negotiate.ts'
import { type AddressContext, createBundles } from './open-bundle.ts'
import { defaultCount, largestCount } from './paging.ts'
import { describeR4Types, isR4Type } from './r4-types.ts'
import { patchMediaType, resourceMediaTypes } from './read-body.ts'
import type { RequestContext } from './request-context.ts'

export { describeR4Types }

/** What the documentation says of searches. */
export const r4SearchLimits = { pageSize: defaultCount, maximumPageSize: largestCount, types: mostTypes }

interface R4Deps {
  rateLimits: RequestLimits
  access: Pick<Access, 'open' | 'countMore'>
  writeAccess: WriteAccess
  /** Origin of the API, without a slash at the end. */
  fhirUrl: string
  portalUrl: string
  /** Whether applications may register by the protocol. The discovery document says so. */
  offersRegistration?: boolean
  /** Whether a written reference must lead to a record. The CapabilityStatement says so. */
  checksReferences?: boolean
  /** Bounds of bodies and Bundles. */
  limits?: Limits
  /** Seals the cursors of lists; the same in every process. */
  cursorKey: string
  random?: Random
}

/** The FHIR R4 API at `/fhir/r4`: https://hl7.org/fhir/R4/http.html, in JSON. */
export function r4Api(deps: R4Deps): FastifyPluginAsync {
  const { rateLimits, access, writeAccess, fhirUrl, portalUrl, cursorKey, random = systemRandom } = deps
  const { offersRegistration = false, checksReferences = true, limits = readLimits({}) } = deps
  const cursors = createCursors(cursorKey, random)
  const otherBases = ownBases({ fhirUrl, portalUrl })
  const documents = {
    metadata: createMetadata({ fhirUrl, portalUrl, checksReferences }),
    errorCodes: staticDocument(JSON.stringify(errorCodes())),
    smartConfiguration: staticDocument(JSON.stringify(smartConfiguration({ portalUrl, offersRegistration }))),
  }

  const openBundle = createBundles({
    ...{ access, writeAccess, random, limits, documents, answerAddress, contextOf },
  })

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const base = `${originOf(request, fhirUrl)}/fhir/r4`
    const query = parseQuery(request.url)
    const findToken = () => findPresentedToken(request, query, fhirUrl)
    return sendAnswer(
      request,
      reply,
      await answerAddress(request, {
        url: request.url,
        query,
        base,
        setAllowed: (methods) => void reply.header('allow', methods),
        open: {
          documents,
          reader: () => access.open(findToken()),
          writer: () => writeAccess.open(findToken()),
          bundle: () => openBundle({ request, query, base, token: findToken() }),
        },
      }),
    )
  }

  /** An HTTP request and an entry of a Bundle both come here. */
  async function answerAddress(
    request: Asked,
    { url, query, base, setAllowed, open }: AddressContext,
  ): Promise<Answer | DocumentAnswer> {
    const address = readAddress(pathParts(url))
    if (!address) throw noSuchAddress()
    const interaction = findInteraction(address, request.method === 'HEAD' ? 'GET' : request.method)
    if (!interaction) {
      const allowed = allowedAt(address.kind)
      setAllowed?.([...allowed, 'OPTIONS'].join(', '))
      throw methodNotAllowed(request.method, allowed)
    }
    assertServed(address, request, query)
    return interaction.answer({ ...contextOf(request, query, base), open }, address)
  }

  function contextOf(request: Asked, query: URLSearchParams, base: string): RequestContext {
    return { request, query, base, bases: [base, ...otherBases], cursors, isStrict: isStrict(request) }
  }

  return registerApi({
    rateLimits,
    root: 'fhir',
    bodies: {
      mediaTypes: [...resourceMediaTypes, patchMediaType],
      limitBytes: limits.bodyBytes,
      any: {
        areSent: ({ method, url }) =>
          (method === 'POST' || method === 'PUT') && isOfBinary(readAddress(pathParts(url))),
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

function sendAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: Answer | DocumentAnswer,
): FastifyReply {
  const { mediaType } = answer
  if (mediaType === 'none') void reply.removeHeader('content-type')
  else if (mediaType !== undefined) void reply.type(mediaType)
  if ('document' in answer) return sendDocument(request, reply, answer.document)
  const { status, headers, body } = answer
  void reply.code(status)
  if (headers !== undefined) void reply.headers(headers)
  return reply.send(body)
}

function isOfBinary(address: R4Address | undefined): boolean {
  return address !== undefined && 'type' in address && address.type === 'Binary'
}

/** Whether a parameter that is not known is to be refused: https://hl7.org/fhir/R4/search.html#errors */
function isStrict({ headers }: Asked): boolean {
  return /handling\s*=\s*strict/i.test(String(headers.prefer ?? ''))
}

/** Throws `format-not-served`, and `not-found` for a type that is not kept here. */
function assertServed(address: R4Address, request: Asked, query: URLSearchParams): void {
  // It has only one form.
  if (address.kind === 'smart-configuration') return
  // The bytes of a Binary may be of any media type.
  if (!readsBinary(address, request) || query.has('_format')) assertJson(query, request)
  if (address.kind === 'metadata' || address.kind === 'error-codes') return
  const type = 'type' in address ? address.type : 'of' in address ? address.of : '*'
  if (type === '*' || isR4Type(type)) return
  throw new OnpatientError(
    'not-found',
    `${type.slice(0, 60)} is not a type of record that is served here. See the CapabilityStatement at /fhir/r4/metadata.`,
  )
}

function readsBinary(address: R4Address, { method }: Asked): boolean {
  const isOne = address.kind === 'instance' || address.kind === 'version'
  return isOne && isOfBinary(address) && (method === 'GET' || method === 'HEAD')
}

function noSuchAddress(): OnpatientError {
  return new OnpatientError(
    'not-found',
    'There is no such address. It has the form /fhir/r4/Type, /fhir/r4/Type/ID or /fhir/r4/metadata; the case of letters matters.',
  )
}

function allowedAt(kind: AddressKind): string[] {
  return methodsOf(kind).flatMap((each) => (each === 'GET' ? ['GET', 'HEAD'] : [each]))
}

function methodNotAllowed(method: string, allowed: readonly string[]): OnpatientError {
  return new OnpatientError(
    'method-not-allowed',
    `${method} is not answered at this address; ${allowed.join(', ')} ${allowed.length === 1 ? 'is' : 'are'}.`,
  )
}
