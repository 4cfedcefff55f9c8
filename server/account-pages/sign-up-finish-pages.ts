import { html } from '@remix-run/html-template'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Accounts, NewSignIn, SignUpIntent } from '#server/accounts/accounts.ts'
import { visitorOf } from '#server/http/browser.ts'
import { csrfField, hiddenField, submitButton } from '#server/pages/form.ts'
import { iconKey } from '#server/pages/icons.ts'
import type { Page } from '#server/pages/page.ts'
import { sendPage, viewOf } from '#server/pages/view.ts'
import type { AccountPagesDeps } from './account-pages-deps.ts'
import { readField, readQuery } from './form-values.ts'
import { isDeadLink, sendDeadLink } from './link-page.ts'
import { rememberSignIn } from './remembered-browser.ts'
import { getSignUpKind } from './sign-up-kinds.ts'

type SignUp = NonNullable<Awaited<ReturnType<Accounts['findSignUp']>>>

/** `/signup/finish?token=`: only the button redeems the link, because scanners of mail open every address. */
export function signUpFinishPages(deps: AccountPagesDeps): FastifyPluginAsync {
  const { accounts, practices, isSecure, isProduction } = deps
  return async (app) => {
    app.get('/signup/finish', async (request, reply) => {
      const token = readQuery(request, 'token')
      const signUp = token ? await accounts.findSignUp(token) : undefined
      if (!signUp) return sendUsedLink(request, reply)
      const view = viewOf(request, reply, isProduction)
      return sendPage(reply, finishPage(signUp, { token, csrfToken: view.csrfToken }), view)
    })

    app.post('/signup/finish', async (request, reply) => {
      const finished = await finish(request)
      if (!finished) return sendUsedLink(request, reply)
      if (request.signedIn) await accounts.endSignIn(request.signedIn.account.id, request.signedIn.signIn.id)
      rememberSignIn(reply, finished, isSecure)
      return reply.redirect(getSignUpKind(finished.intent.kind).finish.next, 303)
    })
  }

  async function finish(
    request: FastifyRequest,
  ): Promise<(NewSignIn & { intent: SignUpIntent }) | undefined> {
    try {
      const finished = await accounts.finishSignUp(readField(request, 'token'), visitorOf(request))
      if (finished.intent.kind === 'practice') {
        await practices.createForProvider(finished.account, finished.intent.practiceName)
      }
      if (finished.intent.kind === 'developer') await practices.createSandbox(finished.account)
      return finished
    } catch (error) {
      if (isDeadLink(error)) return undefined
      throw error
    }
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

function finishPage(signUp: SignUp, { token, csrfToken }: { token: string; csrfToken: string }): Page {
  const { finish } = getSignUpKind(signUp.intent.kind)
  const body = html`<div class="emblem">${iconKey}</div>
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
${submitButton(finish.label)}
</form>
<p class="card-foot small soft">Not you? Then close this page: nothing is created.</p>`
  return { title: 'Finish your sign-up', body }
}
