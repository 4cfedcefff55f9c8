import type { FastifyReply, FastifyRequest } from 'fastify'
import type Provider from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { Application } from '#server/applications/applications.ts'
import { allowReturnToApplication } from '#server/pages/page-headers.ts'
import { OnpatientError } from '../../errors.ts'
import { withRequestOf } from '../engine/sealed-interactions.ts'
import { type Interaction, mustSignInAgain, signInAddress } from './sign-in-demands.ts'

/** A request that waits for the person's answer. */
export interface Pending {
  interaction: Interaction
  application: Application
  scopes: string[]
}

/** The request is sealed in cookies of this path. Another browser has no such cookies. */
export async function findInteraction(
  provider: Provider,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Interaction> {
  const { uid } = request.params as { uid: string }
  try {
    const interaction = await withRequestOf(request.raw, () =>
      provider.interactionDetails(request.raw, reply.raw),
    )
    if (interaction.uid === uid) return interaction
  } catch (error) {
    if (!(error instanceof errors.SessionNotFound)) throw error
  }
  throw new OnpatientError(
    'link-invalid',
    'This request has expired, was answered already, or was started in another browser. Go back to the app and connect again.',
  )
}

/** The address to which the person must go before anything is shown or allowed; undefined when the sign-in is as the request wants it. */
export function wayToSignIn(request: FastifyRequest, interaction: Interaction): string | undefined {
  const { signedIn } = request
  if (!signedIn) return signInAddress(pathOf(request), interaction, 'first')
  return mustSignInAgain(interaction, signedIn)
    ? signInAddress(pathOf(request), interaction, 'again')
    : undefined
}

export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? ''
}

/** Goes back to the engine, which sends the browser on to the application. */
export async function finish(
  provider: Provider,
  request: FastifyRequest,
  reply: FastifyReply,
  result: Parameters<Provider['interactionResult']>[2],
): Promise<FastifyReply> {
  const returnTo = await withRequestOf(request.raw, () =>
    provider.interactionResult(request.raw, reply.raw, result, { mergeWithLastSubmission: false }),
  )
  allowReturnToApplication(reply)
  return reply.redirect(returnTo, 303)
}
