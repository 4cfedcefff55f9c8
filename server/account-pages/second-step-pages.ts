import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { OnpatientError } from '#server/errors.ts'
import { visitorOf } from '#server/http/browser.ts'
import { sendPage, viewOf } from '#server/pages/view.ts'
import type { AccountPagesDeps } from './account-pages-deps.ts'
import { applyFailure, type FormFailure, toFormFailure } from './form-failure.ts'
import { findMissing, readField, readQuery, readTrimmed } from './form-values.ts'
import { parseLocalPath } from './local-path.ts'
import { ofOldSignInForm } from './old-sign-in-form.ts'
import { passkeyFailure } from './passkey-form.ts'
import { findKnownDevice, findPending, forgetPending } from './remembered-browser.ts'
import { secondStepPage } from './second-step-page.ts'
import { prepareWayTo } from './sign-in-pages.ts'
import { takeUpSignIn } from './take-up-sign-in.ts'

/** `/signin/code?next=PATH`: the second step, for the browser that gave the password. */
export function secondStepPages(deps: AccountPagesDeps): FastifyPluginAsync {
  const { accounts, isSecure, isProduction } = deps

  return async (app) => {
    app.get('/signin/code', async (request, reply) => {
      const next = parseLocalPath(readQuery(request, 'next')) ?? '/'
      const isRecovery = readQuery(request, 'recovery') === '1'
      return show(request, reply, { next, isRecovery, failure: passkeyFailure(request) })
    })

    app.post('/signin/code', { config: { ofOldForm: ofOldSignInForm(isSecure) } }, async (request, reply) => {
      const next = parseLocalPath(readField(request, 'next')) ?? '/'
      const outcome = await pass(request, reply, next)
      if (typeof outcome === 'string') {
        prepareWayTo(reply, next)
        return reply.redirect(outcome, 303)
      }
      return show(request, reply, {
        next,
        isRecovery: readField(request, 'recovery') === '1',
        failure: outcome,
      })
    })

    app.post('/signin/cancel', async (request, reply) => {
      const next = parseLocalPath(readField(request, 'next')) ?? '/'
      forgetPending(reply, isSecure)
      prepareWayTo(reply, next)
      return reply.redirect(signInAddress(next), 303)
    })
  }

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    state: { next: string; isRecovery: boolean; failure?: FormFailure | undefined },
  ): Promise<FastifyReply> {
    prepareWayTo(reply, state.next)
    const waiting = await accounts.secondStep.find(findPending(request, isSecure) ?? '')
    if (!waiting) return reply.redirect(signInAddress(state.next), 303)
    if (state.failure) applyFailure(reply, state.failure)
    const view = viewOf(request, reply, isProduction)
    return sendPage(reply, secondStepPage({ ...state, ...waiting, csrfToken: view.csrfToken }), view)
  }

  /** The address to which the browser goes, or the faults of the form. */
  async function pass(
    request: FastifyRequest,
    reply: FastifyReply,
    next: string,
  ): Promise<string | FormFailure> {
    const errors = findMissing(request, { code: 'Enter a code' })
    if (errors.length > 0) return { status: 400, errors }
    try {
      const outcome = await accounts.secondStep.passWithCode({
        pendingToken: findPending(request, isSecure) ?? '',
        code: readTrimmed(request, 'code').slice(0, 100),
        visitor: visitorOf(request),
        knownDevice: findKnownDevice(request, isSecure),
      })
      return await takeUpSignIn(request, reply, outcome, { ...deps, next })
    } catch (error) {
      if (error instanceof OnpatientError && error.code === 'sign-in-required') {
        forgetPending(reply, isSecure)
        return signInAddress(next)
      }
      return toFormFailure(error, ['code'])
    }
  }
}

function signInAddress(next: string): string {
  return `/signin?next=${encodeURIComponent(next)}`
}
