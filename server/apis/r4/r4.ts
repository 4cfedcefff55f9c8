import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Access, PresentedToken, WriteAccess } from '#server/access/access.ts'
import { OnpatientError } from '../../errors.ts'
import { apiFailure } from '../../http/api-failure.ts'
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
import { redactUrl } from '../../logger.ts'
import { type Random, systemRandom } from '../../secrets.ts'
import { type Answer, type Asked, type DocumentAnswer, sendAnswer } from './answer.ts'
import { bytesWithin } from './binary.ts'
import { refusedEntry, toEntry } from './entry-answer.ts'
import { errorCodes } from './error-codes.ts'
import type { BundleContext, EntryRequest } from './interactions/bundle-context.ts'
import { findInteraction, methodsOf, type Opening } from './interactions.ts'
import { createMetadata } from './metadata.ts'
import { assertJson, mediaTypeFor } from './negotiate.ts'
import { describeR4Types, isR4Type } from './r4-types.ts'
import { type AddressKind, type R4Address, readAddress } from './read-address.ts'
import { patchMediaType, resourceMediaTypes } from './read-body.ts'

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

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const base = `${originOf(request, fhirUrl)}/fhir/r4`
    const query = parseQuery(request.url)
    const findToken = () => findPresentedToken(request, query, fhirUrl)
    const bundle = () => openBundle({ request, query, base, token: findToken() })
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
          bundle,
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
    const bases = [base, ...otherBases]
    return interaction.answer(
      { request, query, base, bases, cursors, isStrict: isStrict(request), open },
      address,
    )
  }

  async function openBundle({ request, query, base, token }: BundleRequest): Promise<BundleContext> {
    // Whoever has no token at all is refused before a Bundle of any size is looked into.
    await access.open(token)
    const bases = [base, ...otherBases]
    return {
      ...{ request, query, base, bases, cursors, isStrict: isStrict(request) },
      ...{ requestId: request.id, random, limits },
      openWriter: () => writeAccess.open(token),
      async answerEntry(entry, reader) {
        const asked = askedBy(entry, request)
        const url = addressOfEntry(entry.url, base)
        const answered = await answerAddress(asked, {
          url,
          query: parseQuery(url),
          base,
          open: {
            documents,
            reader: async () => reader ?? access.open(token),
            writer: () => writeAccess.open(token),
            // readAction lets no entry be addressed to the base by POST.
            bundle: () => Promise.reject(noSuchAddress()),
          },
        })
        return toEntry(asked, answered, entry.asksOnly)
      },
      refuseEntry(error, url) {
        const failure = apiFailure(error)
        if (failure.category === 'fault')
          request.log.error(
            { code: failure.code, url: redactUrl(url), err: error },
            'an entry of a Bundle failed',
          )
        return refusedEntry(failure, request.id)
      },
      // The request itself counts as one.
      countEntries: (entries) => access.countMore(token, entries - 1),
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

interface AddressContext {
  /** With the parameters, from the root of the server. */
  url: string
  query: URLSearchParams
  base: string
  /** Takes the value of the header Allow when the address does not answer the method. */
  setAllowed?(methods: string): void
  open: Opening
}

interface BundleRequest {
  request: FastifyRequest
  query: URLSearchParams
  base: string
  token: PresentedToken | undefined
}

/** The request of an entry: it has the preferences of its Bundle. */
function askedBy({ method, headers, body }: EntryRequest, { headers: { prefer } }: FastifyRequest): Asked {
  // Of a Binary, too, an entry holds the resource.
  return { method, headers: { accept: resourceMediaTypes[0], prefer, ...headers }, body }
}

/** Throws `invalid-parameter` for a path that cannot be decoded. */
function addressOfEntry(local: string, base: string): string {
  const { pathname, search } = new URL(`${base}/${local}`)
  try {
    decodeURIComponent(pathname)
  } catch {
    throw new OnpatientError(
      'invalid-parameter',
      'This address cannot be read: "%" in it is not followed by two hex digits of UTF-8.',
    )
  }
  return `${pathname}${search}`
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
