import type { FastifyReply, FastifyRequest } from 'fastify'
import type Provider from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { Application } from '#server/applications/applications.ts'
import type { SignedIn } from '#server/http/browser.ts'
import { allowReturnToApplication } from '#server/pages/page-headers.ts'
import { OnpatientError } from '../errors.ts'

/** The engine's pending authorization request. */
export type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/** A request that waits for the person's answer. */
export interface Pending {
  interaction: Interaction
  application: Application
  scopes: string[]
}

/** The engine keeps the request under a cookie of this path; another browser, or a stale one, has none. */
export async function findInteraction(
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

/** The sign-in page, which leads back to the request. */
export function signInAddress(request: FastifyRequest): string {
  return `/signin?next=${encodeURIComponent(request.url)}`
}

/** OpenID Connect Core §3.1.2.1: `prompt=login` and `max_age` want a sign-in that is fresh. */
export function mustSignInAgain({ params, iat }: Interaction, { signIn }: SignedIn): boolean {
  const signedInAt = signIn.createdAt.getTime() / 1000
  const prompts = String(params.prompt ?? '').split(' ')
  if (prompts.includes('login')) return signedInAt < iat
  const maxAge = Number(params.max_age)
  return params.max_age !== undefined && signedInAt + maxAge < iat
}

/** Goes back to the engine, which sends the browser on to the application. */
export async function finish(
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
