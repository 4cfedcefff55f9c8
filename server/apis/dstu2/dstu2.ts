import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { OnpatientError } from '../../errors.ts'
import { headersOf, outcomeOf } from '../../http/operation-outcome.ts'
import type { RequestLimits } from '../../http/rate-limiting.ts'
import { pathParts, registerApi } from '../../http/register-api.ts'
import { smartConfiguration } from '../../http/smart-configuration.ts'
import { sendDocument, staticDocument } from '../../http/static-document.ts'
import { conformance } from './conformance.ts'

interface Dstu2Deps {
  rateLimits: RequestLimits
  /** Origin of the portal, which has always had this base. */
  portalUrl: string
  fhirUrl: string
  /** Whether applications may register by the protocol. Both documents say so. */
  offersRegistration: boolean
}

/** The DSTU2 base at `/api/fhir`: discovery, for clients that start here. It serves no records. */
export function dstu2Api({
  rateLimits,
  portalUrl,
  fhirUrl,
  offersRegistration,
}: Dstu2Deps): FastifyPluginAsync {
  const metadata = staticDocument(JSON.stringify(conformance({ portalUrl, offersRegistration })))
  const smart = staticDocument(JSON.stringify(smartConfiguration({ portalUrl, offersRegistration })))

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const path = pathParts(request.url).slice(1).join('/')
    const isSmart = path === 'fhir/.well-known/smart-configuration'
    if (!isSmart && path !== 'fhir/metadata' && path !== 'fhir/Conformance/onpatient')
      throw notServed(fhirUrl)
    if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed(reply, request.method)
    return isSmart
      ? sendDocument(request, reply.type('application/json; charset=utf-8'), smart)
      : sendDocument(request, reply, metadata)
  }

  return registerApi({
    rateLimits,
    root: 'api',
    mediaTypeFor,
    answer,
    sendError(reply, error, request) {
      const { status, headers } = headersOf(error)
      const body = JSON.stringify(outcomeOf(error, request.id))
      return reply.code(status).headers(headers).type(mediaTypeFor(request)).send(body)
    },
  })
}

/** JSON under the name that the client asks for, else under DSTU2's own: https://hl7.org/fhir/DSTU2/http.html#mime-type */
function mediaTypeFor({ headers }: FastifyRequest): string {
  const [asked = 'application/json+fhir'] =
    /application\/(?:json\+fhir|fhir\+json|json)/i.exec(headers.accept ?? '') ?? []
  return `${asked.toLowerCase()}; charset=utf-8`
}

function notServed(fhirUrl: string): OnpatientError {
  return new OnpatientError(
    'not-found',
    `No records are served in DSTU2 yet: this base has only /metadata and /.well-known/smart-configuration. The same records are at ${fhirUrl}/fhir/r4 and ${fhirUrl}/onpatient_api/fhir.`,
  )
}

function methodNotAllowed(reply: FastifyReply, method: string): OnpatientError {
  void reply.header('allow', 'GET, HEAD, OPTIONS')
  return new OnpatientError(
    'method-not-allowed',
    `${method} is not answered here: the document is read by GET.`,
  )
}
