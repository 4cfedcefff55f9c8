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
import { staticDocument } from '../../http/static-document.ts'
import { type Limits, readLimits } from '../../limits.ts'
import { type Random, systemRandom } from '../../secrets.ts'
import { bytesWithin } from './binary.ts'
import { createEntryTokens } from './entry-tokens.ts'
import { errorCodes } from './error-codes.ts'
import { mostTypes } from './interactions/system-search.ts'
import { findInteraction, methodsOf, type Opening } from './interactions.ts'
import { createMetadata } from './metadata.ts'
import { assertJson, mediaTypeFor } from './negotiate.ts'
import { defaultCount, largestCount } from './paging.ts'
import { describeR4Types, isR4Type } from './r4-types.ts'
import { type AddressKind, type R4Address, readAddress } from './read-address.ts'
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

/** The FHIR R4 API at `/fhir/r4`: https://hl7.org/fhir/R4/http.html, in JSON. */
export function r4Api(deps: R4Deps): FastifyPluginAsync {
  const { rateLimits, access, writeAccess, fhirUrl, portalUrl, cursorKey, random = systemRandom } = deps
  const { offersRegistration = false, checksReferences = true, limits = readLimits({}) } = deps
  const cursors = createCursors(cursorKey, random)
  const otherBases = ownBases({ fhirUrl, portalUrl })
  const entryTokens = createEntryTokens(random)
  const documents = {
    metadata: createMetadata({ fhirUrl, portalUrl, checksReferences }),
    errorCodes: staticDocument(JSON.stringify(errorCodes())),
    smartConfiguration: staticDocument(JSON.stringify(smartConfiguration({ portalUrl, offersRegistration }))),
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const address = readAddress(pathParts(request.url))
    if (!address) throw noSuchAddress()
    const interaction = findInteraction(address, request.method === 'HEAD' ? 'GET' : request.method)
    if (!interaction) throw methodNotAllowed(request.method, address.kind, reply)
    const query = parseQuery(request.url)
    assertServed(address, request, query)
    const base = `${originOf(request, fhirUrl)}/fhir/r4`
    const bases = [base, ...otherBases]
    const context = { request, reply, query, base, bases, cursors, isStrict: isStrict(request) }
    return interaction.answer({ ...context, open: opening(context) }, address)
  }

  function opening(context: RequestContext): Opening {
    const { request, query } = context
    const findToken = () => entryTokens.find(request) ?? findPresentedToken(request, query, fhirUrl)
    return {
      documents,
      reader: () => access.open(findToken()),
      writer: () => writeAccess.open(findToken()),
      async bundle(answerIt) {
        const token = findToken()
        // Whoever has no token at all is told so before a Bundle of any size is looked into.
        await access.open(token)
        return entryTokens.lend(token, (entryHeaders) =>
          answerIt({
            ...context,
            openWriter: () => writeAccess.open(token),
            random,
            limits,
            entryHeaders,
            // The request itself counts as one.
            countEntries: (entries) => access.countMore(token, entries - 1),
          }),
        )
      },
    }
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

function isOfBinary(address: R4Address | undefined): boolean {
  return address !== undefined && 'type' in address && address.type === 'Binary'
}

/** Whether a parameter that is not known is to be refused: https://hl7.org/fhir/R4/search.html#errors */
function isStrict({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return /handling\s*=\s*strict/i.test(String(headers.prefer ?? ''))
}

/** Throws `format-not-served`, and `not-found` for a type that is not kept here. */
function assertServed(address: R4Address, request: FastifyRequest, query: URLSearchParams): void {
  // It has one form alone.
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

function readsBinary(address: R4Address, { method }: FastifyRequest): boolean {
  const isOne = address.kind === 'instance' || address.kind === 'version'
  return isOne && isOfBinary(address) && (method === 'GET' || method === 'HEAD')
}

function noSuchAddress(): OnpatientError {
  return new OnpatientError(
    'not-found',
    'There is no such address. It has the form /fhir/r4/Type, /fhir/r4/Type/ID or /fhir/r4/metadata; the case of letters matters.',
  )
}

function methodNotAllowed(method: string, kind: AddressKind, reply: FastifyReply): OnpatientError {
  const allowed = methodsOf(kind).flatMap((each) => (each === 'GET' ? ['GET', 'HEAD'] : [each]))
  void reply.header('allow', [...allowed, 'OPTIONS'].join(', '))
  return new OnpatientError(
    'method-not-allowed',
    `${method} is not answered at this address; ${allowed.join(', ')} ${allowed.length === 1 ? 'is' : 'are'}.`,
  )
}
