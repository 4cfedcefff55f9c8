import type { FastifyReply, FastifyRequest } from 'fastify'
import { allowReturnToApplication } from '#server/pages/page-headers.ts'
import { sendPage, viewOf } from '#server/pages/view.ts'
import { reachesPanel } from '#server/practices/practices.ts'
import { hasClinicalScope } from '../requested-scopes.ts'
import { wantsOnePatient, wantsVisit } from './consent-choice.ts'
import { nothingToSharePage } from './consent-page.ts'
import { otherAccountPage } from './other-account-page.ts'
import { type ShownWith, sendConsent, sendSignInConsent } from './send-consent.ts'
import { sendPicker } from './send-picker.ts'
import { actionOf, type ConsentViewsDeps, type Shown } from './shown-request.ts'
import { isOfOtherPerson } from './sign-in-demands.ts'

export type { ConsentViewsDeps } from './shown-request.ts'

/** Sends the page that the request needs next: the choice of a patient, or the consent. */
export async function showRequest(
  deps: ConsentViewsDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  shown: Shown,
): Promise<FastifyReply> {
  const { pending, signedIn } = shown
  if (isOfOtherPerson(pending.interaction, signedIn)) return sendOtherAccount(deps, request, reply, shown)
  const associations = await deps.practices.listReachable(signedIn.signIn)
  if (!hasClinicalScope(pending.scopes))
    return sendSignInConsent(deps, request, reply, { ...shown, associations })
  if (associations.length > 0) return sendQuestion(deps, request, reply, { ...shown, associations })
  // A person who only works at practices that require a second step sets it up first, and comes back here.
  if ((await deps.practices.listWaiting(signedIn.signIn)).length > 0)
    return reply.redirect(`/account/settings/security?next=${encodeURIComponent(actionOf(pending))}`, 303)
  return sendNothingToShare(deps, request, reply, shown)
}

function sendOtherAccount(
  { isProduction }: ConsentViewsDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { pending, signedIn }: Shown,
): FastifyReply {
  allowReturnToApplication(reply)
  const view = viewOf(request, reply, isProduction)
  const page = otherAccountPage({
    applicationName: pending.application.name,
    accountName: signedIn.account.displayName,
    csrfToken: view.csrfToken,
    action: actionOf(pending),
  })
  return sendPage(reply, page, view)
}

function sendNothingToShare(
  { isProduction }: ConsentViewsDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { pending }: Shown,
): FastifyReply {
  allowReturnToApplication(reply)
  const view = viewOf(request, reply, isProduction)
  const { application } = pending
  const page = nothingToSharePage({ application, csrfToken: view.csrfToken, action: actionOf(pending) })
  return sendPage(reply, page, view)
}

/** Asks first for whom, where that is a page of its own, and then what. */
async function sendQuestion(
  deps: ConsentViewsDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  shown: ShownWith,
): Promise<FastifyReply> {
  const { subject, form, pending, associations } = shown
  const desks = associations.filter(reachesPanel)
  const desk = desks.find(({ id }) => id === form?.person) ?? desks[0]
  // A family chooses on the consent page itself when the request asks for no visit.
  const hasPicker = wantsOnePatient(pending.scopes) && (desk !== undefined || wantsVisit(pending.scopes))
  if (!subject && hasPicker) return sendPicker(deps, request, reply, { ...shown, desks, desk })
  const isSettled = hasPicker || subject?.isLaunched === true
  return sendConsent(deps, request, reply, { ...shown, subject: isSettled ? subject : undefined })
}
