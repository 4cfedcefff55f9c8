import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { OnpatientError } from '../../errors.ts'
import { wantsOnePatient } from './consent-choice.ts'
import { askedOf, type ConsentContext, type ConsentDeps, formOf, openRequest } from './consent-context.ts'
import { createConsentSubjects, isRefusal } from './consent-subject.ts'
import { showRequest } from './consent-views.ts'
import { giveConsent } from './give-consent.ts'
import { ofOldConsentForm } from './old-consent-form.ts'
import { finish, pathOf } from './pending-request.ts'
import { isOfOtherPerson, mustChooseAccount, signInAddress } from './sign-in-demands.ts'

export type { ConsentDeps } from './consent-context.ts'

/**
 * `/o/interaction/:uid`, where the engine sends the browser. It signs the person in when needed, has a provider choose a patient, asks for
 * consent, and goes back to the engine with the answer. For a scope with `browser`, `pageHeaders` and `pageErrors`.
 */
export function consentRoutes(deps: ConsentDeps): FastifyPluginAsync {
  const context: ConsentContext = { ...deps, subjects: createConsentSubjects(deps) }
  return async (app) => {
    app.get('/o/interaction/:uid', (request, reply) => showPending(context, request, reply))
    app.post('/o/interaction/:uid/patient', ofOldForm, (request, reply) =>
      choosePatient(context, request, reply),
    )
    app.post('/o/interaction/:uid', ofOldForm, (request, reply) => decide(context, request, reply))
  }
}

const ofOldForm = { config: { ofOldForm: ofOldConsentForm } }

const notGiven = { error: 'access_denied', error_description: 'The person chose not to give access.' }
const anotherPerson = { error: 'login_required', error_description: 'Another person is signed in.' }

async function showPending(
  context: ConsentContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const open = await openRequest(context, request, reply)
  if (!open) return reply
  const { pending, signedIn } = open
  const { account } = request.query as { account?: unknown }
  if (account !== 'chosen' && mustChooseAccount(pending.interaction, signedIn)) {
    const chosen = `${pathOf(request)}?account=chosen`
    return reply.redirect(signInAddress(chosen, pending.interaction, 'switch'), 303)
  }
  if (isOfOtherPerson(pending.interaction, signedIn)) return showRequest(context, request, reply, open)
  const asked = askedOf(pending, signedIn)
  const launched = await context.subjects.findLaunched(asked)
  if (isRefusal(launched)) return finish(context.provider, request, reply, launched)
  const subject = launched ?? (await context.subjects.findOnly(asked))
  return showRequest(context, request, reply, { ...open, subject })
}

/** Searches for a patient, or goes on to the consent page with the patient that was chosen. */
async function choosePatient(
  context: ConsentContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const open = await openRequest(context, request, reply)
  if (!open) return reply
  if (isOfOtherPerson(open.pending.interaction, open.signedIn))
    return showRequest(context, request, reply, open)
  const form = formOf(request)
  const asked = askedOf(open.pending, open.signedIn)
  if (asked.launchHash !== undefined || !wantsOnePatient(asked.scopes))
    throw new OnpatientError('not-allowed', 'This request leaves no patient to choose. Go back to the app.')
  if (form.patient === undefined && form.choose === undefined)
    return showRequest(context, request, reply, { ...open, form })
  const subject = await context.subjects.findChosen(asked, form)
  const fault = subject ? undefined : 'no-patient'
  return showRequest(context, request, reply, { ...open, subject, fault, form })
}

async function decide(
  context: ConsentContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const open = await openRequest(context, request, reply)
  if (!open) return reply
  const isOther = isOfOtherPerson(open.pending.interaction, open.signedIn)
  if (formOf(request).decision !== 'Authorize')
    return finish(context.provider, request, reply, isOther ? anotherPerson : notGiven)
  return isOther ? showRequest(context, request, reply, open) : giveConsent(context, request, reply, open)
}
