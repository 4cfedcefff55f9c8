import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { OnpatientError } from '../errors.ts'
import { redactUrl } from '../logger.ts'
import { networkOf } from '../network.ts'
import { apiFailure } from './api-failure.ts'
import { preflightOfApis, readableByAll } from './cors.ts'
import { limitRequest, prepareTelling, type RequestLimits } from './rate-limiting.ts'

interface ApiOptions {
  rateLimits: RequestLimits
  /** The first part of the path, e.g. `onpatient_api`. */
  root: string
  /** The media type of every answer to a request. */
  mediaTypeFor(request: FastifyRequest): string
  answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>
  /** For an API that writes: the handler gets bodies of these media types as bytes. */
  bodies?: { mediaTypes: string[]; limitBytes: number; any?: AnyBodies }
  sendError(reply: FastifyReply, error: OnpatientError, request: FastifyRequest): FastifyReply
}

/** Requests whose body may have any media type. The handler gets it as bytes, too. */
interface AnyBodies {
  areSent(request: FastifyRequest): boolean
  limitBytes: number
}

const formBytes = 256 * 1024

/** Headers of every answer, errors included. */
const headersOfAll = {
  ...readableByAll,
  'cache-control': 'no-store',
  vary: 'Accept, Authorization',
  'x-content-type-options': 'nosniff',
}

/**
 * What all APIs share. One handler takes every path below the root and routes it itself, so that extra slashes never lead to a redirect. Every
 * answer has the CORS headers and is not cached. Errors have the API's own form.
 */
export function registerApi({
  rateLimits,
  root,
  mediaTypeFor,
  answer,
  sendError,
  bodies,
}: ApiOptions): FastifyPluginAsync {
  async function api(app: FastifyInstance): Promise<void> {
    // A body of any other media type stays unread.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: formBytes },
      (_request, text, done) => done(null, text),
    )
    if (bodies)
      app.addContentTypeParser(
        bodies.mediaTypes,
        { parseAs: 'buffer', bodyLimit: bodies.limitBytes },
        (_request, bytes, done) => done(null, bytes),
      )
    app.addContentTypeParser('*', async (request: FastifyRequest, payload: AsyncIterable<Buffer>) => {
      const any = bodies?.any
      return any?.areSent(request) ? readBytes(payload, any.limitBytes) : undefined
    })
    app.decorateRequest('tellStanding', undefined)
    app.addHook('onRequest', (request, reply, done) => {
      void reply.headers(headersOfAll).type(mediaTypeFor(request))
      prepareTelling(rateLimits, request, reply)
      try {
        limitRequest(rateLimits, reply, { limit: 'addressRequests', subject: networkOf(request.ip) })
        done()
      } catch (error) {
        done(error as Error)
      }
    })
    app.setErrorHandler((error, request, reply) => {
      const failure = apiFailure(error)
      const entry = { code: failure.code, url: redactUrl(request.url), detail: failure.detail }
      if (failure.category === 'fault') request.log.error({ ...entry, err: error }, 'request failed')
      else request.log.info(entry, 'request refused')
      return sendError(reply, failure, request)
    })
    app.route({ method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], url: '/*', handler: answer })
    app.options('/*', preflightOfApis)
  }
  return async (app) => {
    // Clients send two slashes when their configured host ends in one.
    for (const prefix of [`/${root}`, `//${root}`]) await app.register(api, { prefix })
  }
}

async function readBytes(payload: AsyncIterable<Buffer>, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of payload) {
    size += chunk.length
    if (size > limit)
      throw new OnpatientError(
        'body-too-large',
        `This body is larger than ${Math.floor(limit / 1024 ** 2)} MB.`,
      )
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** The parts of a path. Extra slashes do not matter, also at the end; case does. */
export function pathParts(url: string): string[] {
  const [path = ''] = url.split('?', 1)
  return path
    .split('/')
    .filter((part) => part !== '')
    .map((part) => (part.includes('%') ? decodeURIComponent(part) : part))
}
