import type { FastifyReply, FastifyRequest } from 'fastify'
import { listLatestEncounters } from '#server/access/access.ts'
import { chooseOwnLink } from '#server/grants/grants.ts'
import type { SignedIn } from '#server/http/browser.ts'
import { allowReturnToApplication, policySourceOf } from '#server/pages/page-headers.ts'
import { sendPage, viewOf } from '#server/pages/view.ts'
import { type Association, reachesPanel } from '#server/practices/practices.ts'
import { changesOf, readAnswers, wantsVisit } from './consent-choice.ts'
import { consentPage, type Visits } from './consent-page.ts'
import { type RequestSubject, readerOf } from './consent-subject.ts'
import { describeAssociations } from './describe-associations.ts'
import { findRegistrant } from './registrant.ts'
import { actionOf, type ConsentViewsDeps, hostOf, type Shown } from './shown-request.ts'
import { signInConsentPage } from './sign-in-consent-page.ts'

/** A request with the associations that the sign-in reaches. */
export interface ShownWith extends Shown {
  associations: readonly Association[]
}

export async function sendConsent(
  deps: ConsentViewsDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { pending, signedIn, subject, fault, form = {}, associations }: ShownWith,
): Promise<FastifyReply> {
  const { records, isProduction } = deps
  const { interaction, scopes } = pending
  const imageSource = policySourceOf(pending.application.logoUri)
  allowReturnToApplication(reply, { imageSource })
  // A picture that the policy stops would show as broken.
  const application = imageSource ? pending.application : { ...pending.application, logoUri: undefined }
  const view = viewOf(request, reply, isProduction)
  const page = consentPage({
    application,
    registrant: await findRegistrant(application, signedIn.account.id, associations, deps),
    redirectHost: hostOf(String(interaction.params.redirect_uri)),
    scopes,
    subject,
    visits: subject && wantsVisit(scopes) ? await findVisits(deps, signedIn, subject) : undefined,
    canChooseAnother:
      subject?.isLaunched === false && (associations.length > 1 || reachesPanel(subject.association)),
    changes: changesOf(scopes, subject ? [subject.association] : associations),
    associationLines: subject ? [] : await describeAssociations(associations, records),
    accountName: signedIn.account.displayName,
    accountId: signedIn.account.id,
    csrfToken: view.csrfToken,
    action: actionOf(pending),
    fault,
    answers: fault && readAnswers(form),
  })
  return sendPage(reply.code(fault ? 400 : 200), page, view)
}

export async function sendSignInConsent(
  deps: ConsentViewsDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { pending, signedIn, fault, associations }: ShownWith,
): Promise<FastifyReply> {
  const { isProduction } = deps
  const { application, interaction, scopes } = pending
  allowReturnToApplication(reply)
  const view = viewOf(request, reply, isProduction)
  const page = signInConsentPage({
    application,
    registrant: await findRegistrant(application, signedIn.account.id, associations, deps),
    redirectHost: hostOf(String(interaction.params.redirect_uri)),
    scopes,
    canBeFoundInRecords: chooseOwnLink(associations) !== undefined,
    account: signedIn.account,
    csrfToken: view.csrfToken,
    action: actionOf(pending),
    fault,
  })
  return sendPage(reply.code(fault ? 400 : 200), page, view)
}

/** So many visits are offered, the latest first. */
const mostVisits = 20

/** The visits to choose from. Undefined when a launch has fixed the patient. */
async function findVisits(
  { access }: ConsentViewsDeps,
  { signIn }: SignedIn,
  { association, patient, isLaunched }: RequestSubject,
): Promise<Visits | undefined> {
  if (isLaunched) return undefined
  const reader = await readerOf(access, signIn, association)
  const latest = await listLatestEncounters(reader, patient.id, mostVisits + 1)
  return { encounters: latest.slice(0, mostVisits), hasMore: latest.length > mostVisits }
}
