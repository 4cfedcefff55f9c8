import { splitScopes } from '#fhir/scope/scope.ts'
import type { Application } from '#server/applications/applications.ts'
import { hashSecret } from '../../secrets.ts'
import { hasClinicalScope, narrowRequestedScopes } from '../requested-scopes.ts'

/** Parameters that mean something only with `openid`; the engine would refuse the whole request for them. */
const openidOnly = ['nonce', 'max_age', 'claims', 'id_token_hint', 'acr_values']

/**
 * Completes an authorization request before the engine sees it: scope left out means all of the application's, and
 * every request asks for consent. Doubled parameters stay doubled, for the engine to refuse.
 */
export function completeAuthorizationRequest(
  params: URLSearchParams,
  application: Application | undefined,
): URLSearchParams {
  const completed = new URLSearchParams(params)
  if (application && completed.getAll('scope').length <= 1) {
    const asked = narrowRequestedScopes(completed.get('scope') ?? undefined, application)
    const scopes = hasClinicalScope(asked)
      ? completeLaunch(asked, completed)
      : withoutContext(asked, completed)
    // Nothing left: the request goes on as it came, and the engine answers invalid_scope.
    if (scopes.length > 0) completed.set('scope', scopes.join(' '))
  }
  // The engine stores the request: the launch id, which is a secret, goes into it as its hash.
  const [launch, another] = completed.getAll('launch')
  if (launch && another === undefined) completed.set('launch', hashSecret(launch))
  completePrompt(completed)
  // The engine would read 1e3, 0x10 and the like as numbers, too.
  const age = completed.get('max_age')
  if (age && !/^\d{1,9}$/.test(age)) completed.set('max_age', 'not a number')
  if (!splitScopes(completed.get('scope') ?? '').includes('openid'))
    for (const name of openidOnly) completed.delete(name)
  return completed
}

/**
 * One text of scopes works for both ways to start (SMART App Launch 2.2, launch context): `launch` means nothing without the id of a launch,
 * and is left out; an id that came counts as asked for.
 */
function completeLaunch(scopes: readonly string[], params: URLSearchParams): string[] {
  const others = scopes.filter((scope) => scope !== 'launch')
  return params.get('launch') ? [...others, 'launch'] : others
}

/** Sign-in alone is about no patient. */
function withoutContext(scopes: readonly string[], params: URLSearchParams): string[] {
  params.delete('launch')
  return scopes.filter((scope) => !scope.startsWith('launch'))
}

/** Everybody is asked for consent, which OpenID Connect Core §11 also wants for offline_access. With `none` it is refused. */
function completePrompt(params: URLSearchParams): void {
  const [prompt = '', another] = params.getAll('prompt')
  const prompts = splitScopes(prompt)
  if (another !== undefined || prompts.includes('none') || prompts.includes('consent')) return
  params.set('prompt', [...prompts, 'consent'].join(' '))
}
