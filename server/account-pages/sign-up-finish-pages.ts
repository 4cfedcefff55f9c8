import { html } from '@remix-run/html-template'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Accounts, NewSignIn, SignUpIntent } from '#server/accounts/accounts.ts'
import { visitorOf } from '#server/http/browser.ts'
import { csrfField, errorSummary, hiddenField, submitButton, usernameField } from '#server/pages/form.ts'
import { iconKey } from '#server/pages/icons.ts'
import type { Page } from '#server/pages/page.ts'
import { sendPage, viewOf } from '#server/pages/view.ts'
import type { AccountPagesDeps } from './account-pages-deps.ts'
import { applyFailure, errorFor, type FormFailure, toFormFailure } from './form-failure.ts'
import { findMissing, readField, readQuery } from './form-values.ts'
import { isDeadLink, sendDeadLink } from './link-page.ts'
import { newPasswordField } from './new-password.ts'
import { rememberSignIn } from './remembered-browser.ts'
import { getSignUpKind } from './sign-up-kinds.ts'

type SignUp = NonNullable<Awaited<ReturnType<Accounts['findSignUp']>>>

/** `/signup/finish?token=`: only the button uses the link up, because scanners of mail open every address. */
export function signUpFinishPages(deps: AccountPagesDeps): FastifyPluginAsync {
  const { accounts, practices, admission, isSecure, isProduction } = deps
  return async (app) => {
    app.get('/signup/finish', async (request, reply) => {
      const token = readQuery(request, 'token')
      const signUp = token ? await accounts.findSignUp(token) : undefined
      if (!signUp) return sendUsedLink(request, reply)
      const view = viewOf(request, reply, isProduction)
      return sendPage(reply, finishPage(signUp, { token, csrfToken: view.csrfToken }), view)
    })

    app.post('/signup/finish', async (request, reply) => {
      const outcome = await finish(request)
      if (outcome === 'dead link') return sendUsedLink(request, reply)
      if ('errors' in outcome) return showAgain(request, reply, outcome)
      if (request.signedIn) await accounts.endSignIn(request.signedIn.account.id, request.signedIn.signIn.id)
      rememberSignIn(reply, outcome, isSecure)
      return reply.redirect(getSignUpKind(outcome.intent.kind).finish.next, 303)
    })
  }

  async function finish(
    request: FastifyRequest,
  ): Promise<(NewSignIn & { intent: SignUpIntent }) | FormFailure | 'dead link'> {
    const errors = findMissing(request, { password: 'Choose a password' })
    if (errors.length > 0) return { status: 400, errors }
    try {
      const [token, password] = [readField(request, 'token'), readField(request, 'password')]
      const waiting = await accounts.findSignUp(token)
      if (!waiting) return 'dead link'
      const { intent } = waiting
      const open = async () => {
        const finished = await accounts.finishSignUp(token, password, visitorOf(request))
        if (intent.kind === 'practice')
          await practices.createForProvider(finished.account, intent.practiceName)
        if (intent.kind === 'developer') await practices.createSandbox(finished.account)
        return finished
      }
      // The rule is checked again: another practice may have been opened since the form, or the invitation used.
      return intent.kind === 'person'
        ? await open()
        : await admission.admit(intent.kind, intent.invitation, open)
    } catch (error) {
      return isDeadLink(error) ? 'dead link' : toFormFailure(error, ['password'])
    }
  }

  async function showAgain(
    request: FastifyRequest,
    reply: FastifyReply,
    failure: FormFailure,
  ): Promise<FastifyReply> {
    const token = readField(request, 'token')
    const signUp = await accounts.findSignUp(token)
    if (!signUp) return sendUsedLink(request, reply)
    applyFailure(reply, failure)
    const view = viewOf(request, reply, isProduction)
    return sendPage(reply, finishPage(signUp, { token, csrfToken: view.csrfToken, failure }), view)
  }

  function sendUsedLink(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    return sendDeadLink(request, reply, {
      message:
        'It was used before, is too old, or is incomplete. If you have finished your sign-up already, just sign in; otherwise sign up again and we send you a new one.',
      action: { label: 'Sign in', href: '/signin' },
      isProduction,
    })
  }
}

interface FinishForm {
  token: string
  csrfToken: string
  failure?: FormFailure
}

/** The reader of the mail chooses the password here, and nobody before. */
function finishPage(signUp: SignUp, { token, csrfToken, failure }: FinishForm): Page {
  const { finish } = getSignUpKind(signUp.intent.kind)
  const errors = failure?.errors ?? []
  const title = 'Finish your sign-up'
  const body = html`${errorSummary(errors)}
<div class="emblem">${iconKey}</div>
<h1>One last step</h1>
<p class="lead">${finish.text}</p>
<dl class="facts">
<dt>Name</dt><dd>${signUp.displayName}</dd>
<dt>E-mail</dt><dd>${signUp.email}</dd>
${signUp.intent.kind === 'practice' ? html`<dt>Practice</dt><dd>${signUp.intent.practiceName}</dd>` : undefined}
</dl>
<form method="post" action="/signup/finish">
${csrfField(csrfToken)}
${hiddenField('token', token)}
${usernameField(signUp.email)}
${newPasswordField({ label: 'Password', error: errorFor(errors, 'password') })}
${submitButton(finish.label)}
</form>
<p class="card-foot small soft">Not you? Then close this page: nothing is created.</p>`
  return { title: errors.length > 0 ? `Error: ${title}` : title, body }
}
