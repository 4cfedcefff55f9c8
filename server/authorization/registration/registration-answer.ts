import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { OnpatientError } from '../../errors.ts'
import { findStoreFailure, storeRetrySeconds } from '../../store/store-failure.ts'
import { sendOAuthError } from '../oauth-error.ts'
import { registrationError } from './registration-metadata.ts'

interface OAuthError {
  error: string
  error_description: string
}

const bodyLimitBytes = 64 * 1024

/** Reads JSON bodies, and answers every failure in the form of RFC 7591 §3.2.2. */
export function answerInJson(app: FastifyInstance): void {
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: bodyLimitBytes },
    (_request, text, done) => done(null, text),
  )
  app.addHook('onRequest', async (_request, reply) => {
    void reply.header('cache-control', 'no-store')
  })
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof OnpatientError && error.category === 'too-many')
      return send(reply.header('retry-after', error.retryAfterSeconds), request, 429, {
        error: 'too_many_requests',
        error_description: error.message,
      })
    if (error instanceof OnpatientError && error.category !== 'unavailable')
      return send(reply, request, 400, registrationError(error))
    if (findStoreFailure(error))
      return send(reply.header('retry-after', String(storeRetrySeconds)), request, 503, {
        error: 'temporarily_unavailable',
        error_description: 'The database cannot be written at the moment. Try again later.',
      })
    return sendOther(error, request, reply)
  })
}

/** Answers requests that Fastify itself refuses, and faults. */
function sendOther(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = (error as { statusCode?: number }).statusCode ?? 500
  if (status < 500)
    return send(reply, request, status, {
      error: 'invalid_client_metadata',
      error_description: `Send the metadata as one JSON object of at most ${bodyLimitBytes / 1024} kB, with the type application/json.`,
    })
  request.log.error({ err: error }, 'a registration failed')
  return send(reply, request, 500, {
    error: 'server_error',
    error_description: 'Something went wrong in the server. Quote the request id when you ask.',
  })
}

export function refuseToken(reply: FastifyReply, request: FastifyRequest, words: string): FastifyReply {
  return send(
    reply.header('www-authenticate', 'Bearer realm="onpatient", error="invalid_token"'),
    request,
    401,
    { error: 'invalid_token', error_description: words },
  )
}

export function refuseMethod(reply: FastifyReply, request: FastifyRequest): FastifyReply {
  return send(reply, request, 405, {
    error: 'invalid_request',
    error_description: `A registration is read with GET, replaced with PUT and ended with DELETE. ${request.method} is not answered.`,
  })
}

function send(reply: FastifyReply, request: FastifyRequest, status: number, body: OAuthError): FastifyReply {
  return sendOAuthError(request, reply, { status, error: body.error, description: body.error_description })
}
