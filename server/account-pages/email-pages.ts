import { html } from '@remix-run/html-template'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { SignIn } from '#server/accounts/accounts.ts'
import { OnpatientError } from '#server/errors.ts'
import { visitorOf } from '#server/http/browser.ts'
import { csrfField, hiddenField, submitButton } from '#server/pages/form.ts'
import { iconCheck, iconMail } from '#server/pages/icons.ts'
import type { Page, View } from '#server/pages/page.ts'
import { sendPage, viewOf } from '#server/pages/view.ts'
import type { AccountPagesDeps } from './account-pages-deps.ts'
import { readField, readQuery } from './form-values.ts'
import { isDeadLink, sendDeadLink } from './link-page.ts'
import { rememberSignIn } from './remembered-browser.ts'

/**
 * `/account/email/confirm?token=`: proves a new address, in a browser where the account is signed in. A reader of the mail without the account
 * may have got it by mistake, or somebody may want them to use a foreign account.
 */
export function emailPages({ accounts, isSecure, isProduction }: AccountPagesDeps): FastifyPluginAsync {
  return async (app) => {
    app.get('/account/email/confirm', async (request, reply) => {
      const token = readQuery(request, 'token')
      const change = token ? await accounts.findEmailChange(token) : undefined
      if (!change) return sendUsedLink(request, reply)
      return show(request, reply, { token, ...change })
    })

    app.post('/account/email/confirm', async (request, reply) => {
      const token = readField(request, 'token')
      const change = token ? await accounts.findEmailChange(token) : undefined
      if (!change) return sendUsedLink(request, reply)
      if (request.signedIn?.account.id !== change.accountId)
        return show(request, reply.code(403), { token, ...change })
      return finish(request, reply, token, request.signedIn.signIn)
    })

    app.get('/account/email/confirmed', async (request, reply) =>
      sendPage(reply, confirmedPage(request.signedIn !== undefined), viewOf(request, reply, isProduction)),
    )
  }

  async function finish(
    request: FastifyRequest,
    reply: FastifyReply,
    token: string,
    signIn: SignIn,
  ): Promise<FastifyReply> {
    try {
      rememberSignIn(reply, await accounts.finishEmailChange(token, signIn, visitorOf(request)), isSecure)
      return reply.redirect('/account/email/confirmed', 303)
    } catch (error) {
      if (isDeadLink(error)) return sendUsedLink(request, reply)
      throw explainTaken(error)
    }
  }

  function show(request: FastifyRequest, reply: FastifyReply, change: Change): FastifyReply {
    const view = viewOf(request, reply, isProduction)
    const isOwn = request.signedIn?.account.id === change.accountId
    const form = { ...change, csrfToken: view.csrfToken, signedIn: view.signedIn }
    return sendPage(reply, isOwn ? confirmPage(form) : signInFirstPage(form), view)
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

/** Another account may have taken the address between the request and the confirmation. */
function explainTaken(error: unknown): unknown {
  if (!(error instanceof OnpatientError) || error.code !== 'email-taken') return error
  return new OnpatientError(
    'email-taken',
    'Another account uses this e-mail address by now. Your account keeps its old address.',
    { cause: error },
  )
}

interface Change {
  token: string
  accountId: string
  email: string
}

interface ChangeForm extends Change {
  csrfToken: string
  signedIn: View['signedIn']
}

function confirmPage({ token, email, csrfToken, signedIn }: ChangeForm): Page {
  const body = html`<div class="emblem">${iconMail}</div>
<h1>Confirm your new e-mail address</h1>
<p class="lead">From then on <strong>${signedIn?.displayName}</strong> signs in with <strong>${email}</strong>, and we write to it.</p>
<p class="soft">All other browsers are signed out.</p>
<form method="post" action="/account/email/confirm">
${csrfField(csrfToken)}
${hiddenField('token', token)}
${submitButton('Confirm this address')}
</form>`
  return { title: 'Confirm your new e-mail address', body }
}

/** The page says nothing about the account, because the mail may have come to a stranger. */
function signInFirstPage({ token, csrfToken, signedIn }: ChangeForm): Page {
  const title = 'Sign in to confirm your new e-mail address'
  const next = `/account/email/confirm?token=${encodeURIComponent(token)}`
  const way = signedIn
    ? html`<p>You are signed in as <strong>${signedIn.displayName}</strong>, which is another account.</p>
<form method="post" action="/signout">
${csrfField(csrfToken)}
${hiddenField('next', next)}
${submitButton('Sign in to the other account')}
</form>`
    : html`<p><a class="button button-primary" href="/signin?next=${encodeURIComponent(next)}">Sign in</a></p>`
  const body = html`<div class="emblem">${iconMail}</div>
<h1>${title}</h1>
<p class="lead">The account that asked for this address confirms it. Sign in with the address that it has now; we bring you back here.</p>
${way}
<p class="card-foot small soft">Did you not ask for this? Then close this page: nothing is changed.</p>`
  return { title, body }
}

function confirmedPage(isSignedIn: boolean): Page {
  const action = isSignedIn
    ? html`<a class="button button-primary" href="/account/settings">Back to settings</a>`
    : html`<a class="button button-primary" href="/signin">Sign in</a>`
  const body = html`<div class="emblem">${iconCheck}</div>
<h1>Your address is confirmed</h1>
<p class="lead">Please use the new e-mail address the next time you sign in. All other browsers were signed out.</p>
<p>${action}</p>`
  return { title: 'Your address is confirmed', body }
}
