import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { OnpatientError } from '#server/errors.ts'
import { getSignedIn, visitorOf } from '#server/http/browser.ts'
import { servePageAsset } from '#server/pages/page-asset.ts'
import { newSecret, systemRandom } from '../secrets.ts'
import type { AccountPagesDeps } from './account-pages-deps.ts'
import { readField } from './form-values.ts'
import { parseLocalPath } from './local-path.ts'
import { ofOldSignInForm } from './old-sign-in-form.ts'
import { passkeyScript, readPasskeyResponse } from './passkey-form.ts'
import { findPasskeyBrowser, findPending, rememberPasskeyBrowser } from './remembered-browser.ts'
import { prepareWayTo } from './sign-in-pages.ts'
import { takeUpSignIn } from './take-up-sign-in.ts'

/**
 * Passkeys on the pages: `/signin/passkey` in place of the password, `/signin/code/passkey` as the second step,
 * `/account/confirm/passkey` as a fresh proof. Each has `…/options`, which gives JSON for the browser's authenticator.
 */
export function passkeyPages(deps: AccountPagesDeps): FastifyPluginAsync {
  const { accounts, isSecure } = deps
  const ofOldForm = { config: { ofOldForm: ofOldSignInForm(isSecure) } }

  return async (app) => {
    servePageAsset(app, passkeyScript)

    app.post('/signin/passkey/options', async (request, reply) => {
      const browser = newSecret('brw', systemRandom)
      rememberPasskeyBrowser(reply, browser, isSecure)
      return accounts.startPasskeySignIn(browser, visitorOf(request))
    })
    app.post('/signin/passkey', ofOldForm, async (request, reply) =>
      finish(request, reply, '/signin', async (next) => {
        const browser = findPasskeyBrowser(request, isSecure) ?? ''
        const response = readPasskeyResponse(request)
        const signIn = await accounts.signInWithPasskey({ browser, response, visitor: visitorOf(request) })
        return takeUpSignIn(request, reply, signIn, { ...deps, next })
      }),
    )

    app.post('/signin/code/passkey/options', async (request) =>
      accounts.secondStep.startPasskey(findPending(request, isSecure) ?? '', visitorOf(request)),
    )
    app.post('/signin/code/passkey', ofOldForm, async (request, reply) =>
      finish(request, reply, '/signin/code', async (next) => {
        const pendingToken = findPending(request, isSecure) ?? ''
        const response = readPasskeyResponse(request)
        const visitor = visitorOf(request)
        const signIn = await accounts.secondStep.passWithPasskey({ pendingToken, response, visitor })
        return takeUpSignIn(request, reply, signIn, { ...deps, next })
      }),
    )

    app.post('/account/confirm/passkey/options', async (request) =>
      accounts.startPasskeyProof(getSignedIn(request).signIn),
    )
    app.post('/account/confirm/passkey', async (request, reply) =>
      finish(request, reply, '/account/confirm', async (next) => {
        await accounts.proveWithPasskey(getSignedIn(request).signIn, readPasskeyResponse(request))
        return next
      }),
    )
  }
}

/** Redirects to the address of the check, or back to the page of the form, which says what to do. */
async function finish(
  request: FastifyRequest,
  reply: FastifyReply,
  page: string,
  check: (next: string) => Promise<string>,
): Promise<FastifyReply> {
  const next = parseLocalPath(readField(request, 'next')) ?? '/'
  prepareWayTo(reply, next)
  try {
    return reply.redirect(await check(next), 303)
  } catch (error) {
    const back = `${page}?next=${encodeURIComponent(next)}`
    const code = error instanceof OnpatientError ? error.code : undefined
    if (code === 'passkey-refused') return reply.redirect(`${back}&passkey=refused`, 303)
    if (code === 'too-many-requests') return reply.redirect(`${back}&passkey=too-many`, 303)
    if (code === 'sign-in-required') return reply.redirect(`/signin?next=${encodeURIComponent(next)}`, 303)
    throw error
  }
}
