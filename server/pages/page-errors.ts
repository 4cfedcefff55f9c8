import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { fastifyPlugin } from 'fastify-plugin'
import { type Category, OnpatientError, statusOf } from '../errors.ts'
import { csrfFailure } from '../http/browser.ts'
import { findStoreFailure } from '../store/store-failure.ts'
import { renderErrorPage } from './error-page.ts'
import { viewOf } from './view.ts'

const titles = {
  incorrect: 'That did not work',
  unauthenticated: 'Please sign in',
  forbidden: 'This is not open to you',
  'not-found': 'We cannot find this page',
  gone: 'This link no longer works',
  precondition: 'This has changed in the meantime',
  unprocessable: 'That did not work',
  'too-large': 'That is too large',
  'media-type': 'That did not work',
  'not-acceptable': 'That did not work',
  conflict: 'That exists already',
  'too-many': 'Please wait a little',
  unsupported: 'That is not possible here',
  unavailable: 'We are not available at the moment',
  timeout: 'That took too long',
  fault: 'Something went wrong on our side',
} as const satisfies Record<Category, string>

/** Answers every error of its scope with a page. When a page needs a sign-in, it leads to the sign-in page and back. */
export const pageErrors = fastifyPlugin<{ isProduction: boolean }>(async (app, { isProduction }) => {
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const failure = toFailure(error)
    const way = failure.code === 'csrf-failed' ? request.routeOptions.config.ofOldForm?.(request) : undefined
    if (typeof way === 'string') return reply.redirect(way, 303)
    if (way) return sendFailure(request, reply, way, isProduction)
    if (failure.category === 'fault') request.log.error({ err: error }, 'a page failed')
    if (failure.code === 'sign-in-required' && request.method === 'GET') {
      return reply.redirect(`/signin?next=${encodeURIComponent(request.url)}`, 303)
    }
    return sendFailure(request, reply, failure, isProduction)
  })
})

/** The 404 of pages, for `setNotFoundHandler`. */
export function notFoundPage(isProduction: boolean) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    sendFailure(
      request,
      reply,
      new OnpatientError(
        'not-found',
        'There is no page at this address. It may have moved, or the link is incomplete.',
      ),
      isProduction,
    )
}

function sendFailure(
  request: FastifyRequest,
  reply: FastifyReply,
  failure: OnpatientError,
  isProduction: boolean,
): FastifyReply {
  const status = statusOf[failure.category]
  if (failure.retryAfterSeconds !== undefined) reply.header('retry-after', failure.retryAfterSeconds)
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .send(
      renderErrorPage({
        status,
        title: titles[failure.category],
        message: failure.message,
        requestId: request.id,
        view: viewOf(request, reply, isProduction),
      }),
    )
}

function toFailure(error: FastifyError): OnpatientError {
  if (error instanceof OnpatientError) return error
  const known = findStoreFailure(error) ?? csrfFailure(error)
  if (known) return known
  // Fastify refuses broken and oversized bodies and unknown content types before a handler runs.
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new OnpatientError('invalid-body', 'The form could not be read. Go back and send it again.', {
      cause: error,
    })
  }
  return new OnpatientError('fault', 'The error is in our log. Please try again in a few minutes.', {
    cause: error,
  })
}
