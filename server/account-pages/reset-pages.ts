import { html } from '@remix-run/html-template'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { visitorOf } from '#server/http/browser.ts'
import {
  csrfField,
  errorSummary,
  hiddenField,
  submitButton,
  textField,
  usernameField,
} from '#server/pages/form.ts'
import type { Page } from '#server/pages/page.ts'
import { sendPage, viewOf } from '#server/pages/view.ts'
import type { AccountPagesDeps } from './account-pages-deps.ts'
import { applyFailure, errorFor, type FormFailure, toFormFailure } from './form-failure.ts'
import { findMissing, readField, readQuery, readTrimmed } from './form-values.ts'
import { checkMailPage, isDeadLink, sendDeadLink } from './link-page.ts'
import { newPasswordField } from './new-password.ts'
import { takeUpSignIn } from './take-up-sign-in.ts'

/** `/reset` asks for a link. `/reset/finish?token=` chooses a new password with it. */
export function resetPages(deps: AccountPagesDeps): FastifyPluginAsync {
  const { accounts, outbox, isProduction } = deps
  return async (app) => {
    app.get('/reset', async (request, reply) => {
      const view = viewOf(request, reply, isProduction)
      return sendPage(reply, askPage({ csrfToken: view.csrfToken }), view)
    })

    app.post('/reset', async (request, reply) => {
      const failure = await startReset(request)
      if (!failure) return reply.redirect('/reset/check-mail', 303)
      applyFailure(reply, failure)
      const view = viewOf(request, reply, isProduction)
      const email = readTrimmed(request, 'email')
      return sendPage(reply, askPage({ csrfToken: view.csrfToken, email, failure }), view)
    })

    app.get('/reset/check-mail', async (request, reply) => {
      const page = checkMailPage({
        lead: 'If there is an account with this address, a message with a link to choose a new password is on its way.',
        hasOutbox: outbox !== undefined && !isProduction,
      })
      return sendPage(reply, page, viewOf(request, reply, isProduction))
    })

    app.get('/reset/finish', async (request, reply) => {
      const token = readQuery(request, 'token')
      const account = token ? await accounts.findPasswordReset(token) : undefined
      if (!account) return sendUsedLink(request, reply)
      const view = viewOf(request, reply, isProduction)
      return sendPage(reply, choosePage({ csrfToken: view.csrfToken, token, email: account.email }), view)
    })

    app.post('/reset/finish', async (request, reply) => {
      const token = readField(request, 'token')
      const outcome = await finishReset(request, reply, token)
      if (outcome === 'dead link') return sendUsedLink(request, reply)
      if (typeof outcome === 'string') return reply.redirect(outcome, 303)
      const account = await accounts.findPasswordReset(token)
      if (!account) return sendUsedLink(request, reply)
      applyFailure(reply, outcome)
      const view = viewOf(request, reply, isProduction)
      const { email } = account
      return sendPage(reply, choosePage({ csrfToken: view.csrfToken, token, email, failure: outcome }), view)
    })
  }

  async function startReset(request: FastifyRequest): Promise<FormFailure | undefined> {
    const errors = findMissing(request, { email: 'Enter your e-mail address' })
    if (errors.length > 0) return { status: 400, errors }
    try {
      await accounts.startPasswordReset(readTrimmed(request, 'email'), visitorOf(request))
      return undefined
    } catch (error) {
      return toFormFailure(error, ['email'])
    }
  }

  /** The address to which the browser goes, 'dead link', or the faults of the form. */
  async function finishReset(
    request: FastifyRequest,
    reply: FastifyReply,
    token: string,
  ): Promise<string | FormFailure> {
    const errors = findMissing(request, { password: 'Choose a new password' })
    if (errors.length > 0) return { status: 400, errors }
    try {
      const password = readField(request, 'password')
      const outcome = await accounts.finishPasswordReset(token, password, visitorOf(request))
      return await takeUpSignIn(request, reply, outcome, { ...deps, next: '/' })
    } catch (error) {
      return isDeadLink(error) ? 'dead link' : toFormFailure(error, ['password'])
    }
  }

  function sendUsedLink(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    return sendDeadLink(request, reply, {
      message:
        'It was used before, is too old, or is incomplete. It has not changed your password. You can ask for a new link.',
      action: { label: 'Send me a new link', href: '/reset' },
      isProduction,
    })
  }
}

interface FormState {
  csrfToken: string
  failure?: FormFailure
}

function askPage({ csrfToken, email, failure }: FormState & { email?: string }): Page {
  const errors = failure?.errors ?? []
  const body = html`${errorSummary(errors)}
<h1>Forgot your password?</h1>
<p class="soft">Tell us the e-mail address of your account. We send you a link to choose a new password.</p>
<form method="post" action="/reset">
${csrfField(csrfToken)}
${textField({ label: 'E-mail address', name: 'email', type: 'email', value: email, autocomplete: 'username', required: true, error: errorFor(errors, 'email') })}
${submitButton('Send me a link')}
</form>
<p class="card-foot">Remembered it? <a href="/signin">Sign in</a></p>`
  return { title: errors.length > 0 ? 'Error: Forgot your password?' : 'Forgot your password?', body }
}

function choosePage({
  csrfToken,
  token,
  email,
  failure,
}: FormState & { token: string; email: string }): Page {
  const errors = failure?.errors ?? []
  const body = html`${errorSummary(errors)}
<h1>Choose a new password</h1>
<p class="lead">For the account of <strong>${email}</strong>.</p>
<p class="soft">For your safety this signs you out everywhere else and ends the access of the apps you have connected.
You can connect them again at any time.</p>
<form method="post" action="/reset/finish">
${csrfField(csrfToken)}
${hiddenField('token', token)}
${usernameField(email)}
${newPasswordField({ label: 'New password', error: errorFor(errors, 'password') })}
${submitButton('Save and sign in')}
</form>`
  return { title: errors.length > 0 ? 'Error: Choose a new password' : 'Choose a new password', body }
}
