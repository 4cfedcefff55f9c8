import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Account } from '#server/accounts/accounts.ts'
import { type Page, renderPage, type View } from './page.ts'

interface Browser {
  /** Set by `browser`; a page of a scope without it looks signed out. */
  signedIn?: { account: Account; signIn: { id: string } } | undefined
}

/** What the page has to know about the browser. Makes the CSRF token, and its cookie when the browser has none. */
export function viewOf(request: FastifyRequest, reply: FastifyReply, isProduction: boolean): View {
  const { signedIn } = request as Browser
  return {
    signedIn: signedIn && { displayName: signedIn.account.displayName, email: signedIn.account.email },
    csrfToken:
      'generateCsrf' in reply ? reply.generateCsrf({ userInfo: signedIn?.signIn.id ?? 'anonymous' }) : '',
    isProduction,
  }
}

/** For a page that is the same for everybody who is not signed in, so that it has no form. */
export function viewOfNobody({ isProduction }: { isProduction: boolean }): View {
  return { signedIn: undefined, csrfToken: '', isProduction }
}

/** Sends a page with the status set before (200 when none was). */
export function sendPage(reply: FastifyReply, page: Page, view: View): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(renderPage(page, view))
}
