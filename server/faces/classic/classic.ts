import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Access } from '#server/access/access.ts'
import { OnpatientError } from '../../errors.ts'
import { findBearerToken } from '../../http/bearer.ts'
import { cors } from '../../http/cors.ts'
import { createCursors } from '../../http/cursor.ts'
import { parseQuery } from '../../http/query.ts'
import { redactUrl } from '../../logger.ts'
import { type Random, systemRandom } from '../../secrets.ts'
import { findStoreFailure } from '../../store/store-failure.ts'
import { type ClassicType, classicTypes } from './classic-types.ts'
import { list } from './list.ts'
import { mediaTypeFor } from './media-type.ts'
import { sendError } from './render-error.ts'

export { defaultPageSize, largestPageSize } from './parse-list-query.ts'
export { classicTypes }

interface ClassicDeps {
  access: Pick<Access, 'open'>
  /** Origin of the API, without a slash at the end. */
  fhirUrl: string
  /** Seals the cursors of lists; the same in every process. */
  cursorKey: string
  random?: Random
}

const rows = new Map(classicTypes.map((row) => [row.type, row]))

/**
 * The classic API: `GET /onpatient_api/fhir/Type` and `GET /onpatient_api/fhir/Type/id`, in JSON whatever is asked for.
 * One handler takes every path below and finds its row itself, so that slashes too many never lead to a redirect.
 */
export function classicFace({
  access,
  fhirUrl,
  cursorKey,
  random = systemRandom,
}: ClassicDeps): FastifyPluginAsync {
  const cursors = createCursors(cursorKey, random)

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { row, id } = locate(request.url)
    if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed(reply, request.method)
    const query = parseQuery(request.url)
    const reader = await access.open(findBearerToken(request.headers, query))
    if (id === undefined) return reply.send(await list({ cursors, fhirUrl }, row, reader, request, query))
    const content = await reader.read(row.type, id)
    // The words must not depend on whether the record exists elsewhere: that it exists is nobody else's business.
    if (content === undefined)
      throw new OnpatientError(
        'not-found',
        `There is no ${row.type} with this id among the records of this token.`,
      )
    return reply.send(content)
  }

  async function face(app: FastifyInstance): Promise<void> {
    await app.register(cors)
    // Bodies are never read: a POST is refused for its method, whatever it carries.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (_request, _payload, done) => done(null))
    app.addHook('onRequest', async (request, reply) => {
      void reply
        .header('x-request-id', request.id)
        .header('cache-control', 'no-store')
        .header('vary', 'Accept, Authorization')
        .header('x-content-type-options', 'nosniff')
        .type(mediaTypeFor(request.headers.accept))
    })
    app.setErrorHandler((error, request, reply) => {
      const failure = toFailure(error)
      const entry = { code: failure.code, url: redactUrl(request.url), detail: failure.detail }
      if (failure.category === 'fault') request.log.error({ ...entry, err: error }, 'request failed')
      else request.log.info(entry, 'request refused')
      return sendError(reply, failure, request)
    })
    app.route({
      method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      url: '/*',
      handler: answer,
    })
  }

  return async (app) => {
    // Two slashes at the beginning are sent by clients whose configured host ends in one.
    for (const prefix of ['/onpatient_api', '//onpatient_api']) await app.register(face, { prefix })
  }
}

/** The row and id that a path names; slashes too many, also at the end, do not matter, but case does. */
function locate(url: string): { row: ClassicType; id: string | undefined } {
  const [path = ''] = url.split('?', 1)
  const parts = path.split('/').filter((part) => part !== '')
  const [, face, type = '', id, ...rest] = parts.map(decodePart)
  const row = face === 'fhir' && rest.length === 0 ? rows.get(type) : undefined
  if (!row)
    throw new OnpatientError(
      'not-found',
      'There is no such address. It has the form /onpatient_api/fhir/Type or /onpatient_api/fhir/Type/ID; the case of letters matters.',
    )
  return { row, id }
}

/** The router has refused paths that cannot be decoded before. */
function decodePart(part: string): string {
  return part.includes('%') ? decodeURIComponent(part) : part
}

function methodNotAllowed(reply: FastifyReply, method: string): OnpatientError {
  void reply.header('allow', 'GET, HEAD, OPTIONS')
  return new OnpatientError('method-not-allowed', `The classic API is read-only: ${method} is not allowed.`)
}

/** Foreseen errors as they are, a store that cannot serve as such, Fastify's own 4xx by their words, else `fault`. */
function toFailure(error: unknown): OnpatientError {
  if (error instanceof OnpatientError) return error
  const failure = findStoreFailure(error)
  if (failure) return failure
  const status = (error as { statusCode?: unknown }).statusCode
  if (error instanceof Error && typeof status === 'number' && status >= 400 && status < 500)
    return new OnpatientError('invalid-parameter', 'This request could not be read.', {
      detail: error.message,
      cause: error,
    })
  return new OnpatientError(
    'fault',
    'Something went wrong in the server. Quote the request id when you ask.',
    {
      cause: error,
    },
  )
}
