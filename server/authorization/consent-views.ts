import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Access, findPatients, type PatientQuestion } from '#server/access/access.ts'
import type { Accounts } from '#server/accounts/accounts.ts'
import type { SignedIn } from '#server/http/browser.ts'
import { allowReturnToApplication } from '#server/pages/page-headers.ts'
import { sendPage, viewOf } from '#server/pages/view.ts'
import { type Association, type Practices, reachesPanel } from '#server/practices/practices.ts'
import type { Records } from '#server/records/records.ts'
import { type ConsentFault, wantsOnePatient } from './consent-choice.ts'
import { consentPage, nothingToSharePage } from './consent-page.ts'
import { readerOf, type Subject } from './consent-subject.ts'
import { otherAccountPage } from './other-account-page.ts'
import { mostPicked, patientPickerPage } from './patient-picker-page.ts'
import type { Pending } from './pending-request.ts'
import { describeReaches } from './reaches.ts'
import { isOfOtherPerson } from './sign-in-demands.ts'

export interface ConsentViewsDeps {
  access: Pick<Access, 'openForAccount'>
  accounts: Pick<Accounts, 'find'>
  practices: Pick<Practices, 'listReachable' | 'listWaiting'>
  records: Pick<Records, 'read' | 'list'>
  isProduction: boolean
}

/** What is shown of a request. */
export interface Shown {
  pending: Pending
  signedIn: SignedIn
  /** Already known, by a launch or by choice. */
  subject?: Subject | undefined
  fault?: ConsentFault | undefined
  /** What the picker was sent. */
  form?: Record<string, unknown> | undefined
}

/** Sends the page that the request needs next: the choice of a patient, or the consent. */
export function createConsentViews(deps: ConsentViewsDeps) {
  const { access, accounts, practices, records, isProduction } = deps

  async function sendConsent(
    request: FastifyRequest,
    reply: FastifyReply,
    { pending, signedIn, subject, fault }: Shown,
    associations: readonly Association[],
  ): Promise<FastifyReply> {
    const { application, interaction, scopes } = pending
    const { logoUri } = application
    allowReturnToApplication(reply, { imageOrigin: logoUri && new URL(logoUri).origin })
    const view = viewOf(request, reply, isProduction)
    const owner = await accounts.find(application.ownerAccountId)
    const page = consentPage({
      application,
      ownerName: owner?.displayName ?? 'an unknown developer',
      redirectHost: new URL(String(interaction.params.redirect_uri)).host,
      scopes,
      subject,
      reaches: subject ? [] : await describeReaches(associations, records),
      accountName: signedIn.account.displayName,
      csrfToken: view.csrfToken,
      action: actionOf(pending),
      fault,
    })
    return sendPage(reply.code(fault ? 400 : 200), page, view)
  }

  async function sendPicker(
    request: FastifyRequest,
    reply: FastifyReply,
    { pending, signedIn, fault, form = {} }: Shown,
    {
      associations,
      desks,
      desk,
    }: { associations: readonly Association[]; desks: Association[]; desk: Association },
  ): Promise<FastifyReply> {
    const own = associations.filter((each) => !reachesPanel(each))
    allowReturnToApplication(reply)
    const view = viewOf(request, reply, isProduction)
    const question = questionOf(form)
    const found = await findPatients(await readerOf(access, signedIn.signIn, desk), question, mostPicked)
    const page = patientPickerPage({
      application: pending.application,
      ownReaches: await describeReaches(own, records),
      desks,
      desk,
      question,
      found,
      csrfToken: view.csrfToken,
      action: actionOf(pending),
      isRefused: fault === 'no-patient',
    })
    return sendPage(reply.code(fault || !found ? 400 : 200), page, view)
  }

  return {
    async show(request: FastifyRequest, reply: FastifyReply, shown: Shown): Promise<FastifyReply> {
      const { pending, signedIn, subject, form } = shown
      const action = actionOf(pending)
      if (isOfOtherPerson(pending.interaction, signedIn)) {
        allowReturnToApplication(reply)
        const view = viewOf(request, reply, isProduction)
        const names = { applicationName: pending.application.name, accountName: signedIn.account.displayName }
        return sendPage(reply, otherAccountPage({ ...names, csrfToken: view.csrfToken, action }), view)
      }
      const associations = await practices.listReachable(signedIn.signIn)
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
      const desks = associations.filter(reachesPanel)
      const desk = desks.find(({ id }) => id === form?.person) ?? desks[0]
      if (subject || !desk || !wantsOnePatient(pending.scopes))
        return sendConsent(request, reply, shown, associations)
      return sendPicker(request, reply, shown, { associations, desks, desk })
    },
  }
}

function actionOf({ interaction }: Pending): string {
  return `/o/interaction/${interaction.uid}`
}

function questionOf(form: Record<string, unknown>): PatientQuestion {
  const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, 200) : undefined)
  return { name: text(form.name), birthDate: text(form.birthDate), identifier: text(form.identifier) }
}
