import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Accounts, SignInOutcome } from '#server/accounts/accounts.ts'
import { findPending, forgetPending, rememberPending, rememberSignIn } from './remembered-browser.ts'

/**
 * Signs the browser in, or lets it wait for the second step, and tells where it goes: to `next`, or there by way of
 * the second step.
 */
export async function takeUpSignIn(
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: SignInOutcome,
  { accounts, isSecure, next }: { accounts: Pick<Accounts, 'endSignIn'>; isSecure: boolean; next: string },
): Promise<string> {
  if (outcome.kind === 'pending') {
    rememberPending(reply, outcome.token, isSecure)
    return `/signin/code?next=${encodeURIComponent(next)}`
  }
  // The browser forgets the cookie of an earlier person; without this that sign-in would go on in the dark.
  if (request.signedIn) await accounts.endSignIn(request.signedIn.account.id, request.signedIn.signIn.id)
  if (findPending(request, isSecure)) forgetPending(reply, isSecure)
  rememberSignIn(reply, outcome, isSecure)
  return next
}
