import { html } from '@remix-run/html-template'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { OnpatientError } from '#server/errors.ts'
import { csrfField, hiddenField, submitButton } from '#server/pages/form.ts'
import { iconCheck, iconMail } from '#server/pages/icons.ts'
import type { Page } from '#server/pages/page.ts'
import { sendPage, viewOf } from '#server/pages/view.ts'
import type { AccountPagesDeps } from './account-pages-deps.ts'
import { readField, readQuery } from './form-values.ts'
import { isDeadLink, sendDeadLink } from './link-page.ts'

/** `/account/email/confirm?token=`: proves a new address. Works in a browser where nobody is signed in, too. */
export function emailPages({ accounts, isProduction }: AccountPagesDeps): FastifyPluginAsync {
  return async (app) => {
    app.get('/account/email/confirm', async (request, reply) => {
      const token = readQuery(request, 'token')
      if (!token) return sendUsedLink(request, reply)
      const view = viewOf(request, reply, isProduction)
      return sendPage(reply, confirmPage(token, view.csrfToken), view)
    })

    app.post('/account/email/confirm', async (request, reply) => {
      try {
        await accounts.finishEmailChange(readField(request, 'token'))
      } catch (error) {
        if (isDeadLink(error)) return sendUsedLink(request, reply)
        throw explainTaken(error)
      }
      return reply.redirect('/account/email/confirmed', 303)
    })

    app.get('/account/email/confirmed', async (request, reply) =>
      sendPage(reply, confirmedPage(request.signedIn !== undefined), viewOf(request, reply, isProduction)),
    )
  }

  function sendUsedLink(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    return sendDeadLink(request, reply, {
      message:
        'It was used before, is too old, or is incomplete. You can ask for a new one in your settings.',
      action: { label: 'Go to settings', href: '/account/settings' },
      isProduction,
    })
  }
}

/** Between asking and confirming, another account may have taken the address. */
function explainTaken(error: unknown): unknown {
  if (!(error instanceof OnpatientError) || error.code !== 'email-taken') return error
  return new OnpatientError(
    'email-taken',
    'Another account uses this e-mail address by now. Your account keeps the address it had.',
    { cause: error },
  )
}

function confirmPage(token: string, csrfToken: string): Page {
  const body = html`<div class="emblem">${iconMail}</div>
<h1>Confirm your new e-mail address</h1>
<p class="lead">From then on you sign in with it, and we write to it.</p>
<form method="post" action="/account/email/confirm">
${csrfField(csrfToken)}
${hiddenField('token', token)}
${submitButton('Confirm this address')}
</form>`
  return { title: 'Confirm your new e-mail address', body }
}

function confirmedPage(isSignedIn: boolean): Page {
  const action = isSignedIn
    ? html`<a class="button button-primary" href="/account/settings">Back to settings</a>`
    : html`<a class="button button-primary" href="/signin">Sign in</a>`
  const body = html`<div class="emblem">${iconCheck}</div>
<h1>Your address is confirmed</h1>
<p class="lead">Please use the new e-mail address the next time you sign in.</p>
<p>${action}</p>`
  return { title: 'Your address is confirmed', body }
}
