import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Access } from '#server/access/access.ts'
import { OnpatientError } from '../../errors.ts'
import { findPresentedToken } from '../../http/bearer.ts'
import { createCursors } from '../../http/cursor.ts'
import { parseQuery } from '../../http/query.ts'
import type { RequestLimits } from '../../http/rate-limiting.ts'
import { pathParts, registerApi } from '../../http/register-api.ts'
import { smartConfiguration } from '../../http/smart-configuration.ts'
import { sendDocument, staticDocument } from '../../http/static-document.ts'
import { type Random, systemRandom } from '../../secrets.ts'
import { classicCapabilityStatement } from './capability-statement.ts'
import { type ClassicType, classicTypes } from './classic-types.ts'
import { list } from './list.ts'
import { mediaTypeFor } from './media-type.ts'
import { sendError } from './render-error.ts'

export { defaultPageSize, largestPageSize } from './parse-list-query.ts'
export { classicTypes }

interface ClassicDeps {
  rateLimits: RequestLimits
  access: Pick<Access, 'open'>
  /** Origin of the API, without a slash at the end. */
  fhirUrl: string
  portalUrl: string
  /** Whether applications may register by the protocol. The discovery document says so. */
  offersRegistration?: boolean
  /** Seals the cursors of lists; the same in every process. */
  cursorKey: string
  random?: Random
}

const rows = new Map(classicTypes.map((row) => [row.type, row]))

/** The classic API: `GET /onpatient_api/fhir/Type` and `GET /onpatient_api/fhir/Type/id`, always in JSON. */
export function classicApi({
  rateLimits,
  access,
  fhirUrl,
  portalUrl,
  offersRegistration = false,
  cursorKey,
  random = systemRandom,
}: ClassicDeps): FastifyPluginAsync {
  const cursors = createCursors(cursorKey, random)
  const smart = staticDocument(JSON.stringify(smartConfiguration({ portalUrl, offersRegistration })))

  const metadata = staticDocument(JSON.stringify(classicCapabilityStatement({ portalUrl, fhirUrl })))

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const path = pathParts(request.url)
    if (isDiscovery(path)) return sendDocument(request, reply.type('application/json; charset=utf-8'), smart)
    if (isMetadata(path)) return sendDocument(request, reply, metadata)
    const { row, id } = locate(path)
    if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed(reply, request.method)
    const query = parseQuery(request.url)
    const reader = await access.open(findPresentedToken(request, query, fhirUrl))
    if (id === undefined) return reply.send(await list({ cursors, fhirUrl }, row, reader, { request, query }))
    const content = await reader.read(row.type, id)
    // The words must not depend on whether the record exists elsewhere, because nobody else may learn that.
    if (content === undefined)
      throw new OnpatientError(
        'not-found',
        `There is no ${row.type} with this id among the records of this token.`,
      )
    return reply.send(content)
  }

  return registerApi({
    rateLimits,
    root: 'onpatient_api',
    mediaTypeFor: (request) => mediaTypeFor(request.headers.accept),
    answer,
    sendError,
  })
}

/** It needs no token, because an app reads it before it has one. */
function isDiscovery([, root, folder, name, ...rest]: string[]): boolean {
  return root === 'fhir' && folder === '.well-known' && name === 'smart-configuration' && rest.length === 0
}

/** It needs no token, either. */
function isMetadata([, root, name, ...rest]: string[]): boolean {
  return root === 'fhir' && name === 'metadata' && rest.length === 0
}

/** The row and id that a path names. */
function locate([, root, type = '', id, ...rest]: string[]): { row: ClassicType; id: string | undefined } {
  const row = root === 'fhir' && rest.length === 0 ? rows.get(type) : undefined
  if (!row)
    throw new OnpatientError(
      'not-found',
      'There is no such address. It has the form /onpatient_api/fhir/Type or /onpatient_api/fhir/Type/ID; the case of letters matters.',
    )
  return { row, id }
}

function methodNotAllowed(reply: FastifyReply, method: string): OnpatientError {
  void reply.header('allow', 'GET, HEAD, OPTIONS')
  return new OnpatientError('method-not-allowed', `The classic API is read-only: ${method} is not allowed.`)
}
