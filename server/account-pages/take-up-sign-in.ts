import type { FastifyReply, FastifyRequest } from 'fastify'
import type { SignInOutcome } from '#server/accounts/accounts.ts'
import type { AccountPagesDeps } from './account-pages-deps.ts'
import { findPending, forgetPending, rememberPending, rememberSignIn } from './remembered-browser.ts'

/**
 * Signs the browser in, or lets it wait for the second step. Returns the address to which it goes: `next`, the second step before it, or the
 * page that sets a second step up when a practice requires one.
 */
export async function takeUpSignIn(
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: SignInOutcome,
  {
    accounts,
    practices,
    isSecure,
    next,
  }: Pick<AccountPagesDeps, 'accounts' | 'practices' | 'isSecure'> & { next: string },
): Promise<string> {
  const query = `next=${encodeURIComponent(next)}`
  if (outcome.kind === 'pending') {
    rememberPending(reply, outcome.token, isSecure)
    return `/signin/code?${query}`
  }
  // The browser forgets the cookie of an earlier person. Otherwise that sign-in would stay open unseen.
  if (request.signedIn) await accounts.endSignIn(request.signedIn.account.id, request.signedIn.signIn.id)
  if (findPending(request, isSecure)) forgetPending(reply, isSecure)
  rememberSignIn(reply, outcome, isSecure)
  const { account, isTwoStep } = outcome
  const waiting = await practices.listWaiting({ accountId: account.id, isTwoStep })
  return waiting.length > 0 ? `/account/settings/security?${query}` : next
}
