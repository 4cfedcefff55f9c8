/** OpenID Connect Core 1.0 §3.1.2.1: the demands of an authorization request on the sign-in. */
import { decodeJwt } from 'jose'
import type Provider from 'oidc-provider'
import { splitScopes } from '#fhir/scope/scope.ts'
import type { SignedIn } from '#server/http/browser.ts'

/** The engine's pending authorization request; `iat` is by our clock (stored-payload.ts). */
export type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/** `prompt=login` and `max_age` want a fresh sign-in: the person gave the password after the request came. */
export function mustSignInAgain({ params, iat }: Interaction, { signIn }: SignedIn): boolean {
  const signedInAt = signIn.createdAt.getTime() / 1000
  if (promptsOf(params).includes('login')) return signedInAt < iat
  const maxAge = Number(params.max_age)
  return params.max_age !== undefined && signedInAt + maxAge < iat
}

/** For `prompt=select_account`, unless the person has signed in since and so has chosen. */
export function mustChooseAccount({ params, iat }: Interaction, { signIn }: SignedIn): boolean {
  return promptsOf(params).includes('select_account') && signIn.createdAt.getTime() / 1000 < iat
}

/** Whether `id_token_hint` names another person; the engine has verified that the token is ours and of this application. */
export function isOfOtherPerson({ params }: Interaction, { account }: SignedIn): boolean {
  return typeof params.id_token_hint === 'string' && decodeJwt(params.id_token_hint).sub !== account.id
}

/** Results for the prompts that the engine waits for besides sign-in and consent. */
export function answeredPrompts({ params }: Interaction): object {
  return promptsOf(params).includes('select_account') ? { select_account: {} } : {}
}

/** `again` asks a signed-in person for the password. `switch` asks whether to go on as this person. */
export function signInAddress(
  path: string,
  { params }: Interaction,
  how: 'first' | 'again' | 'switch',
): string {
  const address = new URLSearchParams({ next: path })
  if (how !== 'first') address.set(how, '1')
  if (how === 'first' && typeof params.login_hint === 'string') address.set('login_hint', params.login_hint)
  return `/signin?${address}`
}

function promptsOf(params: Interaction['params']): string[] {
  return splitScopes(String(params.prompt ?? ''))
}
