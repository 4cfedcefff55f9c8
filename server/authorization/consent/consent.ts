import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type Provider from 'oidc-provider'
import { splitScopes } from '#fhir/scope/scope.ts'
import type { Accounts } from '#server/accounts/accounts.ts'
import type { Applications } from '#server/applications/applications.ts'
import type { Grants } from '#server/grants/grants.ts'
import type { SignedIn } from '#server/http/browser.ts'
import type { Launches } from '#server/launches/launches.ts'
import { reachesPanel } from '#server/practices/practices.ts'
import type { Clock } from '../../clock.ts'
import { OnpatientError } from '../../errors.ts'
import { redirectGoneWords } from '../authorize/redirect-answer.ts'
import { hasClinicalScope } from '../requested-scopes.ts'
import { type ConsentChoice, readConsentChoice, readSignInChoice, wantsOnePatient } from './consent-choice.ts'
import { type Asked, createConsentSubjects, isRefusal, type RequestSubject } from './consent-subject.ts'
import { type ConsentViewsDeps, createConsentViews } from './consent-views.ts'
import { ofOldConsentForm } from './old-consent-form.ts'
import { findInteraction, finish, type Pending, pathOf, wayToSignIn } from './pending-request.ts'
import { answeredPrompts, isOfOtherPerson, mustChooseAccount, signInAddress } from './sign-in-demands.ts'

export interface ConsentDeps extends ConsentViewsDeps {
  provider: Provider
  accounts: Pick<Accounts, 'find'>
  applications: Pick<Applications, 'find' | 'mayReturnTo'>
  grants: Pick<Grants, 'create'>
  launches: Pick<Launches, 'find' | 'redeem'>
  clock: Clock
  fhirUrl: string
}

/** A request, and who is asked. */
interface Open {
  pending: Pending
  signedIn: SignedIn
}

/**
 * `/o/interaction/:uid`, where the engine sends the browser: signs the person in when needed, has a provider choose a
 * patient, asks for consent, and goes back to the engine with the answer. For a scope with `browser`, `pageHeaders` and
 * `pageErrors`.
 */
export function consentRoutes(deps: ConsentDeps): FastifyPluginAsync {
  const { provider, applications, practices, grants, clock, fhirUrl } = deps
  const subjects = createConsentSubjects(deps)
  const views = createConsentViews(deps)

  async function getPending(request: FastifyRequest, reply: FastifyReply): Promise<Pending> {
    const interaction = await findInteraction(provider, request, reply)
    const application = await applications.find(String(interaction.params.client_id))
    if (!application) throw new OnpatientError('not-found', 'This app is no longer registered here.')
    if (!applications.mayReturnTo(application, String(interaction.params.redirect_uri)))
      throw new OnpatientError('link-invalid', redirectGoneWords)
    return { interaction, application, scopes: splitScopes(String(interaction.params.scope ?? '')) }
  }

  async function allow(
    { pending, signedIn }: Open,
    choice: ConsentChoice,
    subject: RequestSubject | undefined,
  ): Promise<string> {
    const accountId = signedIn.account.id
    const { application } = pending
    const expiresAt =
      choice.lifetimeSeconds === undefined
        ? undefined
        : new Date(clock.now().getTime() + choice.lifetimeSeconds * 1000)
    const ours = await grants.create({
      accountId,
      applicationId: application.id,
      scopes: choice.scopes,
      associationIds: choice.associationIds,
      expiresAt,
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
    // The engine's grant carries our id: tokens, codes and our row are one grant.
    const grant = new provider.Grant({ accountId, clientId: application.id })
    grant.jti = ours.id
    grant.addOIDCScope(choice.scopes.join(' '))
    grant.addResourceScope(fhirUrl, choice.scopes.join(' '))
    return grant.save()
  }

  /** Undefined when the sign-in is not as the request wants it: then the browser was sent to sign in. */
  async function openRequest(request: FastifyRequest, reply: FastifyReply): Promise<Open | undefined> {
    const pending = await getPending(request, reply)
    const { signedIn } = request
    const way = wayToSignIn(request, pending.interaction)
    if (signedIn && !way) return { pending, signedIn }
    reply.redirect(way ?? '/signin', 303)
    return undefined
  }

  async function authorize(request: FastifyRequest, reply: FastifyReply, open: Open): Promise<FastifyReply> {
    const { pending, signedIn } = open
    const form = formOf(request)
    const accountId = signedIn.account.id
    const asked = askedOf(pending, signedIn)
    const launched = await subjects.findLaunched(asked)
    if (isRefusal(launched)) return finish(provider, request, reply, launched)
    const subject = launched ?? (await subjects.findChosen(asked, form))
    const associations = await practices.listReachable(signedIn.signIn)
    const choice = hasClinicalScope(pending.scopes)
      ? readConsentChoice(form, pending.scopes, associations, subject)
      : readSignInChoice(form, pending.scopes, associations)
    if (typeof choice === 'string')
      return views.show(request, reply, { pending, signedIn, subject, fault: choice, form })
    const refusal = await subjects.redeemLaunch(asked)
    if (refusal) return finish(provider, request, reply, refusal)
    const grantId = await allow(open, choice, subject)
    // The engine gives only what was asked for by name: from here on the request is what the person left of it.
    pending.interaction.params.scope = choice.scopes.join(' ')
    await pending.interaction.persist()
    return finish(provider, request, reply, {
      login: {
        accountId,
        remember: false,
        ts: Math.floor(signedIn.signIn.createdAt.getTime() / 1000),
        // RFC 8176 §2: whether more than the password was given.
        amr: [signedIn.signIn.isTwoStep ? 'mfa' : 'pwd'],
      },
      consent: { grantId },
      ...answeredPrompts(pending.interaction),
    })
  }

  /** Searches, or goes on to the consent page with the patient that was chosen. */
  async function choosePatient(
    request: FastifyRequest,
    reply: FastifyReply,
    open: Open,
  ): Promise<FastifyReply> {
    if (isOfOtherPerson(open.pending.interaction, open.signedIn)) return views.show(request, reply, open)
    const form = formOf(request)
    const asked = askedOf(open.pending, open.signedIn)
    if (asked.launchHash !== undefined || !wantsOnePatient(asked.scopes))
      throw new OnpatientError('not-allowed', 'This request leaves no patient to choose. Go back to the app.')
    if (form.patient === undefined && form.choose === undefined)
      return views.show(request, reply, { ...open, form })
    const subject = await subjects.findChosen(asked, form)
    return views.show(request, reply, { ...open, subject, fault: subject ? undefined : 'no-patient', form })
  }

  return async (app) => {
    app.get('/o/interaction/:uid', async (request, reply) => {
      const open = await openRequest(request, reply)
      if (!open) return reply
      const { pending, signedIn } = open
      const { account } = request.query as { account?: unknown }
      if (account !== 'chosen' && mustChooseAccount(pending.interaction, signedIn)) {
        const chosen = `${pathOf(request)}?account=chosen`
        return reply.redirect(signInAddress(chosen, pending.interaction, 'switch'), 303)
      }
      if (isOfOtherPerson(pending.interaction, signedIn)) return views.show(request, reply, open)
      const asked = askedOf(pending, signedIn)
      const launched = await subjects.findLaunched(asked)
      if (isRefusal(launched)) return finish(provider, request, reply, launched)
      return views.show(request, reply, { ...open, subject: launched ?? (await subjects.findOnly(asked)) })
    })

    app.post('/o/interaction/:uid/patient', ofOldForm, async (request, reply) => {
      const open = await openRequest(request, reply)
      return open ? choosePatient(request, reply, open) : reply
    })

    app.post('/o/interaction/:uid', ofOldForm, async (request, reply) => {
      const open = await openRequest(request, reply)
      if (!open) return reply
      const isOther = isOfOtherPerson(open.pending.interaction, open.signedIn)
      if (formOf(request).decision !== 'Authorize')
        return finish(provider, request, reply, isOther ? anotherPerson : notGiven)
      return isOther ? views.show(request, reply, open) : authorize(request, reply, open)
    })
  }
}

const ofOldForm = { config: { ofOldForm: ofOldConsentForm } }

const notGiven = { error: 'access_denied', error_description: 'The person chose not to give access.' }
const anotherPerson = { error: 'login_required', error_description: 'Another person is signed in.' }

function formOf(request: FastifyRequest): Record<string, unknown> {
  return (request.body ?? {}) as Record<string, unknown>
}

function askedOf({ interaction, application, scopes }: Pending, { signIn }: SignedIn): Asked {
  const { launch } = interaction.params
  return {
    signIn,
    applicationId: application.id,
    scopes,
    launchHash: typeof launch === 'string' ? launch : undefined,
    request: interaction.uid,
  }
}
