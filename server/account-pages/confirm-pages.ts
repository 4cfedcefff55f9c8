import { html } from '@remix-run/html-template'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { getSignedIn } from '#server/http/browser.ts'
import {
  csrfField,
  errorSummary,
  hiddenField,
  submitButton,
  textField,
  usernameField,
} from '#server/pages/form.ts'
import { iconKey } from '#server/pages/icons.ts'
import type { Page } from '#server/pages/page.ts'
import { sendPage, viewOf } from '#server/pages/view.ts'
import type { AccountPagesDeps } from './account-pages-deps.ts'
import { applyFailure, errorFor, type FormFailure, toFormFailure } from './form-failure.ts'
import { findMissing, readField, readQuery } from './form-values.ts'
import { parseLocalPath } from './local-path.ts'
import { passkeyFailure, passkeyForm } from './passkey-form.ts'

/** `/account/confirm?next=PATH`: asks a signed-in person for a fresh proof before they change how they sign in. */
export function confirmPages({ accounts, isProduction }: AccountPagesDeps): FastifyPluginAsync {
  return async (app) => {
    app.get('/account/confirm', async (request, reply) => {
      const next = parseLocalPath(readQuery(request, 'next')) ?? '/account/settings/security'
      if (!request.signedIn) return reply.redirect(`/signin?next=${encodeURIComponent(next)}`, 303)
      return show(request, reply, next, passkeyFailure(request))
    })

    app.post('/account/confirm', async (request, reply) => {
      const next = parseLocalPath(readField(request, 'next')) ?? '/account/settings/security'
      if (!request.signedIn) return reply.redirect(`/signin?next=${encodeURIComponent(next)}`, 303)
      const failure = await prove(request)
      return failure ? show(request, reply, next, failure) : reply.redirect(next, 303)
    })
  }

  async function prove(request: FastifyRequest): Promise<FormFailure | undefined> {
    const errors = findMissing(request, { password: 'Enter your password' })
    if (errors.length > 0) return { status: 400, errors }
    try {
      await accounts.proveAgain(getSignedIn(request).signIn, readField(request, 'password'))
      return undefined
    } catch (error) {
      return toFormFailure(error, ['password'])
    }
  }

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    next: string,
    failure: FormFailure | undefined,
  ): Promise<FastifyReply> {
    if (failure) applyFailure(reply, failure)
    const view = viewOf(request, reply, isProduction)
    const { id, email } = getSignedIn(request).account
    const hasPasskey = (await accounts.factors.list(id)).passkeys.length > 0
    const { csrfToken } = view
    return sendPage(reply, confirmPage({ next, email, hasPasskey, csrfToken, failure }), view)
  }
}

interface ConfirmForm {
  next: string
  email: string
  hasPasskey: boolean
  csrfToken: string
  failure: FormFailure | undefined
}

function confirmPage({ next, email, hasPasskey, csrfToken, failure }: ConfirmForm): Page {
  const errors = failure?.errors ?? []
  const title = 'Confirm that it is you'
  const body = html`${errorSummary(errors)}
<div class="emblem">${iconKey}</div>
<h1>${title}</h1>
<p class="soft">You are about to change how you sign in. So that nobody does that in your absence, please enter your password once more.</p>
<form method="post" action="/account/confirm">
${csrfField(csrfToken)}
${hiddenField('next', next)}
${usernameField(email)}
${textField({ label: 'Password', name: 'password', type: 'password', autocomplete: 'current-password', required: true, error: errorFor(errors, 'password') })}
${submitButton('Confirm')}
</form>
${hasPasskey ? passkeyForm({ action: '/account/confirm/passkey', next, csrfToken, label: 'Confirm with a passkey' }) : undefined}
<p class="card-foot"><a href="${next}">Back</a></p>`
  return { title: errors.length > 0 ? `Error: ${title}` : title, body }
}
