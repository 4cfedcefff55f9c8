import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { clearSignInCookie, visitorOf } from '#server/http/browser.ts'
import { csrfField, errorSummary, hiddenField, notice, submitButton, textField } from '#server/pages/form.ts'
import type { Page } from '#server/pages/page.ts'
import { allowReturnToApplication, hideReferrer } from '#server/pages/page-headers.ts'
import { sendPage, viewOf } from '#server/pages/view.ts'
import type { AccountPagesDeps } from './account-pages-deps.ts'
import { applyFailure, errorFor, type FormFailure, toFormFailure } from './form-failure.ts'
import { findMissing, readField, readQuery, readTrimmed } from './form-values.ts'
import { parseLocalPath } from './local-path.ts'
import { ofOldSignInForm } from './old-sign-in-form.ts'
import { passkeyFailure, passkeyForm } from './passkey-form.ts'
import { promise } from './promise.ts'
import { findKnownDevice } from './remembered-browser.ts'
import { takeUpSignIn } from './take-up-sign-in.ts'

/**
 * `/signin?next=PATH` and `/signout`. With `switch=1` the page asks whether to go on as the person who is signed in. With `again=1` it asks for
 * the password in any case. The address of `login_hint` stands in the form.
 */
export function signInPages(deps: AccountPagesDeps): FastifyPluginAsync {
  const { accounts, isSecure, isProduction } = deps
  return async (app) => {
    app.get('/signin', async (request, reply) => {
      const next = parseLocalPath(readQuery(request, 'next')) ?? '/'
      prepareWayTo(reply, next)
      const view = viewOf(request, reply, isProduction)
      const isAgain = readQuery(request, 'again') === '1'
      if (!request.signedIn || isAgain) {
        const isSignedOut = readQuery(request, 'signed-out') === '1'
        const email = request.signedIn?.account.email ?? readQuery(request, 'login_hint').slice(0, 254)
        const failure = passkeyFailure(request)
        if (failure) applyFailure(reply, failure)
        return sendPage(
          reply,
          signInPage({ next, csrfToken: view.csrfToken, email, isSignedOut, isAgain, failure }),
          view,
        )
      }
      if (readQuery(request, 'switch') !== '1') return reply.redirect(next, 303)
      return sendPage(reply, switchPage(request.signedIn.account.displayName, next, view.csrfToken), view)
    })

    app.post('/signin', { config: { ofOldForm: ofOldSignInForm(isSecure) } }, async (request, reply) => {
      const next = parseLocalPath(readField(request, 'next')) ?? '/'
      prepareWayTo(reply, next)
      const outcome = await signIn(request, reply, next)
      if (typeof outcome === 'string') return reply.redirect(outcome, 303)
      applyFailure(reply, outcome)
      const view = viewOf(request, reply, isProduction)
      const email = readTrimmed(request, 'email')
      return sendPage(reply, signInPage({ next, csrfToken: view.csrfToken, email, failure: outcome }), view)
    })

    app.post('/signout', async (request, reply) => {
      const next = parseLocalPath(readField(request, 'next'))
      if (request.signedIn) await accounts.endSignIn(request.signedIn.account.id, request.signedIn.signIn.id)
      clearSignInCookie(reply, isSecure)
      prepareWayTo(reply, next ?? '/')
      return reply.redirect(next ? `/signin?next=${encodeURIComponent(next)}` : '/signin?signed-out=1', 303)
    })
  }

  /** The address to which the browser goes, or the faults of the form. */
  async function signIn(
    request: FastifyRequest,
    reply: FastifyReply,
    next: string,
  ): Promise<string | FormFailure> {
    const errors = findMissing(request, {
      email: 'Enter your e-mail address',
      password: 'Enter your password',
    })
    if (errors.length > 0) return { status: 400, errors }
    try {
      const outcome = await accounts.signIn({
        email: readTrimmed(request, 'email'),
        password: readField(request, 'password'),
        visitor: visitorOf(request),
        knownDevice: findKnownDevice(request, isSecure),
      })
      return await takeUpSignIn(request, reply, outcome, { ...deps, next })
    } catch (error) {
      return besidePassword(toFormFailure(error, ['email', 'password']))
    }
  }
}

/** `next` may lead back to an application, or have a secret in it. */
export function prepareWayTo(reply: FastifyReply, next: string): void {
  if (next.startsWith('/o/')) allowReturnToApplication(reply)
  if (next.includes('token=')) hideReferrer(reply)
}

/** "Does not match" has no field, because it must not show which half is wrong. The message stands beside the password. */
function besidePassword(failure: FormFailure): FormFailure {
  if (failure.status !== 401) return failure
  return {
    ...failure,
    errors: failure.errors.map((error) => ({ ...error, field: error.field ?? 'password' })),
  }
}

interface SignInForm {
  next: string
  csrfToken: string
  email?: string
  failure?: FormFailure | undefined
  isSignedOut?: boolean
  /** Whether the person is signed in, and an app wants the password again. */
  isAgain?: boolean
}

function signInPage({ next, csrfToken, email, failure, isSignedOut, isAgain }: SignInForm): Page {
  const errors = failure?.errors ?? []
  const body = html`${errorSummary(errors)}
${isSignedOut ? notice('success', html`<p>You are signed out of onpatient in this browser.</p>`) : undefined}
<h1>Sign in</h1>
${isAgain ? html`<p class="soft">The app asks for your password again, to be sure that it is you.</p>` : renderReason(next)}
<form method="post" action="/signin">
${csrfField(csrfToken)}
${hiddenField('next', next)}
${textField({ label: 'E-mail address', name: 'email', type: 'email', value: email, autocomplete: 'username', required: true, error: errorFor(errors, 'email') })}
${textField({ label: 'Password', name: 'password', type: 'password', autocomplete: 'current-password', required: true, error: errorFor(errors, 'password') })}
<p class="field-aside"><a href="/reset">Forgot your password?</a></p>
${submitButton('Sign in')}
</form>
${passkeyForm({ action: '/signin/passkey', next, csrfToken, label: 'Sign in with a passkey' })}
<p class="card-foot">New here? <a href="/signup">Create an account</a></p>`
  return { title: errors.length > 0 ? 'Error: Sign in' : 'Sign in', body, aside: promise }
}

function renderReason(next: string): SafeHtml {
  if (next.startsWith('/o/'))
    return html`<p class="soft">An app would like to connect to your record. Sign in first; then you decide what it may see.</p>`
  if (next.startsWith('/invitation'))
    return html`<p class="soft">Sign in, and we take you back to your invitation.</p>`
  return html`<p class="soft">Welcome back. Sign in to see your health record.</p>`
}

function switchPage(displayName: string, next: string, csrfToken: string): Page {
  const body = html`<h1>Go on as ${displayName}?</h1>
<p class="soft">You are signed in to onpatient as <strong>${displayName}</strong> in this browser.</p>
<p><a class="button button-primary" href="${next}">Continue as ${displayName}</a></p>
<form method="post" action="/signout" class="card-foot">
${csrfField(csrfToken)}
${hiddenField('next', next)}
<p>Not you? <button type="submit" class="button-link">Sign out</button> and sign in as someone else.</p>
</form>`
  return { title: `Go on as ${displayName}?`, body }
}
