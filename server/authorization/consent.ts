import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type Provider from 'oidc-provider'
import { errors } from 'oidc-provider'
import { splitScopes } from '#fhir/scope/scope.ts'
import type { Accounts } from '#server/accounts/accounts.ts'
import type { Application, Applications } from '#server/applications/applications.ts'
import type { Grants } from '#server/grants/grants.ts'
import type { SignedIn } from '#server/http/browser.ts'
import { allowReturnToApplication } from '#server/pages/page-headers.ts'
import { sendPage, viewOf } from '#server/pages/view.ts'
import type { Practices } from '#server/practices/practices.ts'
import type { Records } from '#server/records/records.ts'
import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import { type ConsentChoice, type ConsentFault, readConsentChoice } from './consent-choice.ts'
import { consentPage, nothingToSharePage } from './consent-page.ts'
import { otherAccountPage } from './other-account-page.ts'
import { describeReaches } from './reaches.ts'
import {
  answeredPrompts,
  type Interaction,
  isOfOtherPerson,
  mustChooseAccount,
  mustSignInAgain,
  signInAddress,
} from './sign-in-demands.ts'

export interface ConsentDeps {
  provider: Provider
  accounts: Pick<Accounts, 'find'>
  applications: Pick<Applications, 'find'>
  practices: Pick<Practices, 'listReachable' | 'listWaiting'>
  grants: Pick<Grants, 'create'>
  records: Pick<Records, 'read' | 'list'>
  clock: Clock
  fhirUrl: string
  isProduction: boolean
}

interface Pending {
  interaction: Interaction
  application: Application
  scopes: string[]
}

/**
 * `/o/interaction/:uid`, where the engine sends the browser: signs the person in when needed, asks for consent, and
 * goes back to the engine with the answer. For a scope with `browser`, `pageHeaders` and `pageErrors`.
 */
export function consentRoutes(deps: ConsentDeps): FastifyPluginAsync {
  const { provider, accounts, applications, practices, grants, records, clock, fhirUrl, isProduction } = deps

  async function getPending(request: FastifyRequest, reply: FastifyReply): Promise<Pending> {
    const interaction = await findInteraction(provider, request, reply)
    const application = await applications.find(String(interaction.params.client_id))
    if (!application) throw new OnpatientError('not-found', 'This app is no longer registered here.')
    return { interaction, application, scopes: splitScopes(String(interaction.params.scope ?? '')) }
  }

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    pending: Pending,
    signedIn: SignedIn,
    fault?: ConsentFault,
  ): Promise<FastifyReply> {
    const { application, interaction, scopes } = pending
    const { logoUri } = application
    allowReturnToApplication(reply, { imageOrigin: logoUri && new URL(logoUri).origin })
    const view = viewOf(request, reply, isProduction)
    const action = `/o/interaction/${interaction.uid}`
    if (isOfOtherPerson(interaction, signedIn)) {
      const names = { applicationName: application.name, accountName: signedIn.account.displayName }
      return sendPage(reply, otherAccountPage({ ...names, csrfToken: view.csrfToken, action }), view)
    }
    const associations = await practices.listReachable(signedIn.signIn)
    if (associations.length === 0 && (await practices.listWaiting(signedIn.signIn)).length > 0)
      return reply.redirect(`/account/settings/security?next=${encodeURIComponent(request.url)}`, 303)
    if (associations.length === 0)
      return sendPage(reply, nothingToSharePage({ application, csrfToken: view.csrfToken, action }), view)
    const owner = await accounts.find(application.ownerAccountId)
    const page = consentPage({
      application,
      ownerName: owner?.displayName ?? 'an unknown developer',
      redirectHost: new URL(String(interaction.params.redirect_uri)).host,
      scopes,
      reaches: await describeReaches(associations, records),
      accountName: signedIn.account.displayName,
      csrfToken: view.csrfToken,
      action,
      fault,
    })
    return sendPage(reply.code(fault ? 400 : 200), page, view)
  }

  async function allow(
    pending: Pending,
    { account, signIn }: SignedIn,
    choice: ConsentChoice,
  ): Promise<string> {
    const accountId = account.id
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
      signInId: signIn.id,
    })
    // The engine's grant carries our id: tokens, codes and our row are one grant.
    const grant = new provider.Grant({ accountId, clientId: application.id })
    grant.jti = ours.id
    grant.addOIDCScope(choice.scopes.join(' '))
    grant.addResourceScope(fhirUrl, choice.scopes.join(' '))
    return grant.save()
  }

  async function decide(
    request: FastifyRequest,
    reply: FastifyReply,
    pending: Pending,
    signedIn: SignedIn,
  ): Promise<FastifyReply> {
    const form = (request.body ?? {}) as Record<string, unknown>
    const accountId = signedIn.account.id
    const isOther = isOfOtherPerson(pending.interaction, signedIn)
    if (form.decision !== 'Authorize')
      return finish(provider, request, reply, isOther ? anotherPerson : notGiven)
    if (isOther) return show(request, reply, pending, signedIn)
    const associations = await practices.listReachable(signedIn.signIn)
    const choice = readConsentChoice(form, pending.scopes, associations)
    if (typeof choice === 'string') return show(request, reply, pending, signedIn, choice)
    const grantId = await allow(pending, signedIn, choice)
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

  return async (app) => {
    app.get('/o/interaction/:uid', async (request, reply) => {
      const pending = await getPending(request, reply)
      const { signedIn } = request
      const way = wayToSignIn(request, pending.interaction)
      if (!signedIn || way) return reply.redirect(way ?? '/signin', 303)
      const { account } = request.query as { account?: unknown }
      if (account !== 'chosen' && mustChooseAccount(pending.interaction, signedIn)) {
        const chosen = `${pathOf(request)}?account=chosen`
        return reply.redirect(signInAddress(chosen, pending.interaction, 'switch'), 303)
      }
      return show(request, reply, pending, signedIn)
    })

    app.post('/o/interaction/:uid', async (request, reply) => {
      const pending = await getPending(request, reply)
      const { signedIn } = request
      const way = wayToSignIn(request, pending.interaction)
      if (!signedIn || way) return reply.redirect(way ?? '/signin', 303)
      return decide(request, reply, pending, signedIn)
    })
  }
}

const notGiven = { error: 'access_denied', error_description: 'The person chose not to give access.' }
const anotherPerson = { error: 'login_required', error_description: 'Another person is signed in.' }

/** The engine keeps the request under a cookie of this path; another browser, or a stale one, has none. */
async function findInteraction(
  provider: Provider,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Interaction> {
  const { uid } = request.params as { uid: string }
  try {
    const interaction = await provider.interactionDetails(request.raw, reply.raw)
    if (interaction.uid === uid) return interaction
  } catch (error) {
    if (!(error instanceof errors.SessionNotFound)) throw error
  }
  throw new OnpatientError(
    'link-invalid',
    'This request has expired, was answered already, or was started in another browser. Go back to the app and connect again.',
  )
}

/** Where the person must go before anything is shown or allowed; undefined when the sign-in is as the request wants it. */
function wayToSignIn(request: FastifyRequest, interaction: Interaction): string | undefined {
  const { signedIn } = request
  if (!signedIn) return signInAddress(pathOf(request), interaction, 'first')
  return mustSignInAgain(interaction, signedIn)
    ? signInAddress(pathOf(request), interaction, 'again')
    : undefined
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? ''
}

async function finish(
  provider: Provider,
  request: FastifyRequest,
  reply: FastifyReply,
  result: Parameters<Provider['interactionResult']>[2],
): Promise<FastifyReply> {
  const returnTo = await provider.interactionResult(request.raw, reply.raw, result, {
    mergeWithLastSubmission: false,
  })
  allowReturnToApplication(reply)
  return reply.redirect(returnTo, 303)
}
