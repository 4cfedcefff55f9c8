import type { FastifyReply, FastifyRequest } from 'fastify'
import { reachesPanel } from '#server/practices/practices.ts'
import { hasClinicalScope } from '../requested-scopes.ts'
import { type ConsentChoice, readConsentChoice, readSignInChoice } from './consent-choice.ts'
import { askedOf, type ConsentContext, formOf, type Open } from './consent-context.ts'
import { isRefusal, type RequestSubject } from './consent-subject.ts'
import { showRequest } from './consent-views.ts'
import { finish } from './pending-request.ts'
import { answeredPrompts } from './sign-in-demands.ts'

/** The person pressed Authorize: gives the grant and goes back to the engine, or shows the page again with its fault. */
export async function giveConsent(
  context: ConsentContext,
  request: FastifyRequest,
  reply: FastifyReply,
  open: Open,
): Promise<FastifyReply> {
  const { provider, subjects, practices } = context
  const { pending, signedIn } = open
  const form = formOf(request)
  const asked = askedOf(pending, signedIn)
  const launched = await subjects.findLaunched(asked)
  if (isRefusal(launched)) return finish(provider, request, reply, launched)
  const subject = launched ?? (await subjects.findChosen(asked, form))
  const associations = await practices.listReachable(signedIn.signIn)
  const choice = hasClinicalScope(pending.scopes)
    ? readConsentChoice(form, pending.scopes, associations, subject)
    : readSignInChoice(form, pending.scopes, associations)
  if (typeof choice === 'string')
    return showRequest(context, request, reply, { pending, signedIn, subject, fault: choice, form })
  const refusal = await subjects.redeemLaunch(asked)
  if (refusal) return finish(provider, request, reply, refusal)
  const grantId = await createGrant(context, open, choice, subject)
  // The engine gives only scopes that were asked for by name. From here on the request has the scopes that the person left.
  pending.interaction.params.scope = choice.scopes.join(' ')
  await pending.interaction.persist()
  return finish(provider, request, reply, {
    login: {
      accountId: signedIn.account.id,
      remember: false,
      ts: Math.floor(signedIn.signIn.createdAt.getTime() / 1000),
      // RFC 8176 §2: whether more than the password was given.
      amr: [signedIn.signIn.isTwoStep ? 'mfa' : 'pwd'],
    },
    consent: { grantId },
    ...answeredPrompts(pending.interaction),
  })
}

/** Creates our grant and the engine's. */
async function createGrant(
  { provider, grants, clock, fhirUrl }: ConsentContext,
  { pending: { application }, signedIn }: Open,
  choice: ConsentChoice,
  subject: RequestSubject | undefined,
): Promise<string> {
  const accountId = signedIn.account.id
  const { lifetimeSeconds, scopes, associationIds } = choice
  const ours = await grants.create({
    accountId,
    applicationId: application.id,
    scopes,
    associationIds,
    expiresAt:
      lifetimeSeconds === undefined ? undefined : new Date(clock.now().getTime() + lifetimeSeconds * 1000),
    signInId: signedIn.signIn.id,
    context: subject && {
      patientId: subject.patient.id,
      encounterId: subject.encounter?.id,
      intent: subject.intent,
      fhirContext: subject.fhirContext,
      // Apps open in a tab of their own, where nothing of ours is around them.
      needsPatientBanner: true,
      reachesPanel: choice.reachesPanel && reachesPanel(subject.association),
    },
  })
  // The engine's grant has our id, so that tokens, codes and our row are one grant.
  const grant = new provider.Grant({ accountId, clientId: application.id })
  grant.jti = ours.id
  grant.addOIDCScope(scopes.join(' '))
  grant.addResourceScope(fhirUrl, scopes.join(' '))
  return grant.save()
}
