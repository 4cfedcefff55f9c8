import type { FastifyReply, FastifyRequest } from 'fastify'
import type Provider from 'oidc-provider'
import { splitScopes } from '#fhir/scope/scope.ts'
import type { Accounts } from '#server/accounts/accounts.ts'
import type { Applications } from '#server/applications/applications.ts'
import type { Grants } from '#server/grants/grants.ts'
import type { SignedIn } from '#server/http/browser.ts'
import type { Launches } from '#server/launches/launches.ts'
import type { Clock } from '../../clock.ts'
import { OnpatientError } from '../../errors.ts'
import { redirectGoneWords } from '../authorize/redirect-answer.ts'
import type { Asked, ConsentSubjects } from './consent-subject.ts'
import type { ConsentViewsDeps } from './consent-views.ts'
import { findInteraction, type Pending, wayToSignIn } from './pending-request.ts'

export interface ConsentDeps extends ConsentViewsDeps {
  provider: Provider
  accounts: Pick<Accounts, 'find'>
  applications: Pick<Applications, 'find' | 'mayReturnTo'>
  grants: Pick<Grants, 'create'>
  launches: Pick<Launches, 'find' | 'redeem'>
  clock: Clock
  fhirUrl: string
}

/** What the handlers of the consent routes share. */
export interface ConsentContext extends ConsentDeps {
  subjects: ConsentSubjects
}

/** A request, and the person who is asked. */
export interface Open {
  pending: Pending
  signedIn: SignedIn
}

/** The request, when the sign-in is as the request wants it. Otherwise it sends the browser to sign in, and returns undefined. */
export async function openRequest(
  deps: ConsentDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Open | undefined> {
  const pending = await getPending(deps, request, reply)
  const { signedIn } = request
  const way = wayToSignIn(request, pending.interaction)
  if (signedIn && !way) return { pending, signedIn }
  reply.redirect(way ?? '/signin', 303)
  return undefined
}

async function getPending(
  { provider, applications }: ConsentDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Pending> {
  const interaction = await findInteraction(provider, request, reply)
  const application = await applications.find(String(interaction.params.client_id))
  if (!application) throw new OnpatientError('not-found', 'This app is no longer registered here.')
  if (!applications.mayReturnTo(application, String(interaction.params.redirect_uri)))
    throw new OnpatientError('link-invalid', redirectGoneWords)
  return { interaction, application, scopes: splitScopes(String(interaction.params.scope ?? '')) }
}

export function formOf(request: FastifyRequest): Record<string, unknown> {
  return (request.body ?? {}) as Record<string, unknown>
}

export function askedOf({ interaction, application, scopes }: Pending, { signIn }: SignedIn): Asked {
  const { launch } = interaction.params
  return {
    signIn,
    applicationId: application.id,
    scopes,
    launchHash: typeof launch === 'string' ? launch : undefined,
    request: interaction.uid,
  }
}
