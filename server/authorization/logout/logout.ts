/** OpenID Connect RP-Initiated Logout 1.0: an application asks to sign the person out of this browser. */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Accounts } from '#server/accounts/accounts.ts'
import { clearSignInCookie, type SignedIn } from '#server/http/browser.ts'
import { allowReturnToApplication } from '#server/pages/page-headers.ts'
import { sendPage, viewOf } from '#server/pages/view.ts'
import { logoutPage, signedOutPage } from './logout-page.ts'
import {
  isAboutSignIn,
  type LogoutDeps,
  type LogoutRequest,
  readLogoutRequest,
  returnAddress,
} from './logout-request.ts'

export interface LogoutRoutesDeps extends LogoutDeps {
  accounts: Pick<Accounts, 'endSignIn'>
  isProduction: boolean
}

/**
 * `GET /o/logout/`; for a scope with `browser`, `pageHeaders` and `pageErrors`. Ends our own sign-in of this browser and nothing else. Grants
 * stay open, but grants for `online_access` cannot be refreshed any more.
 */
export function logoutRoutes(deps: LogoutRoutesDeps): FastifyPluginAsync {
  const isSecure = deps.portalUrl.startsWith('https:')

  async function end(reply: FastifyReply, { account, signIn }: SignedIn): Promise<void> {
    await deps.accounts.endSignIn(account.id, signIn.id)
    clearSignInCookie(reply, isSecure)
  }

  function leave(reply: FastifyReply, asked: LogoutRequest): FastifyReply {
    allowReturnToApplication(reply)
    return reply.redirect(returnAddress(asked) ?? '/signin?signed-out=1', 303)
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const params = new URL(request.url, deps.portalUrl).searchParams
    const asked = await readLogoutRequest(params, deps)
    const { signedIn } = request
    allowReturnToApplication(reply)
    if (signedIn && isAboutSignIn(asked, signedIn)) {
      await end(reply, signedIn)
      return leave(reply, asked)
    }
    const view = viewOf(request, reply, deps.isProduction)
    if (!signedIn) {
      // Only a request with a token of ours may use this address to send browsers on.
      if (asked.hint) return leave(reply, asked)
      return sendPage(reply, signedOutPage(asked.application, returnAddress(asked)), view)
    }
    const page = logoutPage({
      application: asked.application,
      accountName: signedIn.account.displayName,
      csrfToken: view.csrfToken,
      fields: fieldsOf(asked),
    })
    return sendPage(reply, page, view)
  }

  return async (app) => {
    for (const url of ['/o/logout', '/o/logout/']) app.get(url, answer)
    app.post('/o/logout/confirm', async (request, reply) => {
      const form = new URLSearchParams(request.body as Record<string, string>)
      const asked = await readLogoutRequest(form, deps)
      if (request.signedIn) await end(reply, request.signedIn)
      return leave(reply, asked)
    })
  }
}

function fieldsOf({ application, returnTo, state }: LogoutRequest): Array<[string, string]> {
  const fields = { client_id: application?.id, post_logout_redirect_uri: returnTo, state }
  return Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
}
