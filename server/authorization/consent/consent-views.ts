import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  type Access,
  findPatients,
  listLatestEncounters,
  type PatientQuestion,
} from '#server/access/access.ts'
import type { Accounts } from '#server/accounts/accounts.ts'
import { chooseOwnLink } from '#server/grants/grants.ts'
import type { SignedIn } from '#server/http/browser.ts'
import { allowReturnToApplication, policySourceOf } from '#server/pages/page-headers.ts'
import { sendPage, viewOf } from '#server/pages/view.ts'
import { type Association, type Practices, reachesPanel } from '#server/practices/practices.ts'
import type { Records } from '#server/records/records.ts'
import { hasClinicalScope } from '../requested-scopes.ts'
import { type ConsentFault, changesOf, readAnswers, wantsOnePatient, wantsVisit } from './consent-choice.ts'
import { consentPage, nothingToSharePage, type Visits } from './consent-page.ts'
import { type RequestSubject, readerOf } from './consent-subject.ts'
import { describeAssociations } from './describe-associations.ts'
import { otherAccountPage } from './other-account-page.ts'
import { mostPicked, patientPickerPage } from './patient-picker-page.ts'
import type { Pending } from './pending-request.ts'
import { findRegistrant } from './registrant.ts'
import { signInConsentPage } from './sign-in-consent-page.ts'
import { isOfOtherPerson } from './sign-in-demands.ts'

export interface ConsentViewsDeps {
  access: Pick<Access, 'openForAccount'>
  accounts: Pick<Accounts, 'find'>
  practices: Pick<Practices, 'listReachable' | 'listWaiting' | 'listAssociations'>
  records: Pick<Records, 'read' | 'list'>
  isProduction: boolean
}

/** What is shown of a request. */
export interface Shown {
  pending: Pending
  signedIn: SignedIn
  /** Already known, by a launch or by choice. */
  subject?: RequestSubject | undefined
  fault?: ConsentFault | undefined
  /** What the picker, or the consent page, was sent. */
  form?: Record<string, unknown> | undefined
}

/** Sends the page that the request needs next: the choice of a patient, or the consent. */
export function createConsentViews(deps: ConsentViewsDeps) {
  const { access, practices, records, isProduction } = deps

  async function sendConsent(
    request: FastifyRequest,
    reply: FastifyReply,
    { pending, signedIn, subject, fault, form = {} }: Shown,
    associations: readonly Association[],
  ): Promise<FastifyReply> {
    const { interaction, scopes } = pending
    const imageSource = policySourceOf(pending.application.logoUri)
    allowReturnToApplication(reply, { imageSource })
    // A picture that the policy stops would be a broken one.
    const application = imageSource ? pending.application : { ...pending.application, logoUri: undefined }
    const view = viewOf(request, reply, isProduction)
    const page = consentPage({
      application,
      registrant: await findRegistrant(application, signedIn.account.id, associations, deps),
      redirectHost: hostOf(String(interaction.params.redirect_uri)),
      scopes,
      subject,
      visits: subject && wantsVisit(scopes) ? await findVisits(signedIn, subject) : undefined,
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

  async function sendSignInConsent(
    request: FastifyRequest,
    reply: FastifyReply,
    { pending, signedIn, fault }: Shown,
    associations: readonly Association[],
  ): Promise<FastifyReply> {
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

  /** Undefined for what a launch has fixed. */
  async function findVisits(
    { signIn }: SignedIn,
    { association, patient, isLaunched }: RequestSubject,
  ): Promise<Visits | undefined> {
    if (isLaunched) return undefined
    const reader = await readerOf(access, signIn, association)
    const latest = await listLatestEncounters(reader, patient.id, mostVisits + 1)
    return { encounters: latest.slice(0, mostVisits), hasMore: latest.length > mostVisits }
  }

  async function sendPicker(
    request: FastifyRequest,
    reply: FastifyReply,
    { pending, signedIn, fault, form = {} }: Shown,
    {
      associations,
      desks,
      desk,
    }: { associations: readonly Association[]; desks: Association[]; desk: Association | undefined },
  ): Promise<FastifyReply> {
    const own = associations.filter((each) => !reachesPanel(each))
    allowReturnToApplication(reply)
    const view = viewOf(request, reply, isProduction)
    const question = questionOf(form)
    const found =
      desk && (await findPatients(await readerOf(access, signedIn.signIn, desk), question, mostPicked))
    const page = patientPickerPage({
      application: pending.application,
      ownAssociationLines: await describeAssociations(own, records),
      desks,
      desk,
      question,
      found,
      csrfToken: view.csrfToken,
      action: actionOf(pending),
      isRefused: fault !== undefined,
    })
    return sendPage(reply.code(fault || (desk && !found) ? 400 : 200), page, view)
  }

  /** First for whom, where that is a page of its own, then what. */
  async function sendQuestion(
    request: FastifyRequest,
    reply: FastifyReply,
    shown: Shown,
    associations: readonly Association[],
  ): Promise<FastifyReply> {
    const { subject, form, pending } = shown
    const desks = associations.filter(reachesPanel)
    const desk = desks.find(({ id }) => id === form?.person) ?? desks[0]
    // A family that is asked for no visit chooses on the consent page itself.
    const hasPicker = wantsOnePatient(pending.scopes) && (desk !== undefined || wantsVisit(pending.scopes))
    if (!subject && hasPicker) return sendPicker(request, reply, shown, { associations, desks, desk })
    const isSettled = hasPicker || subject?.isLaunched === true
    return sendConsent(request, reply, { ...shown, subject: isSettled ? subject : undefined }, associations)
  }

  return {
    async show(request: FastifyRequest, reply: FastifyReply, shown: Shown): Promise<FastifyReply> {
      const { pending, signedIn } = shown
      const action = actionOf(pending)
      if (isOfOtherPerson(pending.interaction, signedIn)) {
        allowReturnToApplication(reply)
        const view = viewOf(request, reply, isProduction)
        const names = { applicationName: pending.application.name, accountName: signedIn.account.displayName }
        return sendPage(reply, otherAccountPage({ ...names, csrfToken: view.csrfToken, action }), view)
      }
      const associations = await practices.listReachable(signedIn.signIn)
      if (!hasClinicalScope(pending.scopes)) return sendSignInConsent(request, reply, shown, associations)
      // Who works nowhere else sets the second step up first, and comes back here.
      if (associations.length === 0 && (await practices.listWaiting(signedIn.signIn)).length > 0)
        return reply.redirect(`/account/settings/security?next=${encodeURIComponent(action)}`, 303)
      if (associations.length === 0) {
        allowReturnToApplication(reply)
        const view = viewOf(request, reply, isProduction)
        const { application } = pending
        const { csrfToken } = view
        return sendPage(reply, nothingToSharePage({ application, csrfToken, action }), view)
      }
      return sendQuestion(request, reply, shown, associations)
    },
  }
}

/** How many visits are offered, the latest first. */
const mostVisits = 20

/** A program of the person's device has a scheme of its own, which the device takes to it. */
function hostOf(redirectUri: string): string {
  const { host, protocol } = new URL(redirectUri)
  return /^https?:$/.test(protocol) ? host : protocol.slice(0, -1)
}

function actionOf({ interaction }: Pending): string {
  return `/o/interaction/${interaction.uid}`
}

function questionOf(form: Record<string, unknown>): PatientQuestion {
  const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, 200) : undefined)
  return { name: text(form.name), birthDate: text(form.birthDate), identifier: text(form.identifier) }
}
