import { splitScopes } from '#fhir/scope/scope.ts'
import type { Application } from '#server/applications/applications.ts'
import { hashSecret } from '../../secrets.ts'
import { hasClinicalScope, narrowRequestedScopes } from '../requested-scopes.ts'

/** Parameters that have a meaning only with `openid`. Without it the engine would refuse the whole request for them. */
const openidOnly = ['nonce', 'max_age', 'claims', 'id_token_hint', 'acr_values']

/**
 * Completes an authorization request before the engine sees it. A request without scope asks for all scopes of the application, and every
 * request asks for consent. Doubled parameters stay doubled, so that the engine refuses them.
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
    // Without a scope that is left, the request goes on as it came, and the engine answers invalid_scope.
    if (scopes.length > 0) completed.set('scope', scopes.join(' '))
  }
  // The engine stores the request. The launch id is a secret, so the request has its hash.
  const [launch, another] = completed.getAll('launch')
  if (launch && another === undefined) completed.set('launch', hashSecret(launch))
  completePrompt(completed)
  // The engine would also read 1e3, 0x10 and the like as numbers.
  const age = completed.get('max_age')
  if (age && !/^\d{1,9}$/.test(age)) completed.set('max_age', 'not a number')
  if (!splitScopes(completed.get('scope') ?? '').includes('openid'))
    for (const name of openidOnly) completed.delete(name)
  return completed
}

/**
 * One text of scopes works for both ways to start (SMART App Launch 2.2, launch context). Without the id of a launch the scope `launch` is
 * left out. With an id it counts as asked for.
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

/** Every request asks for consent, as OpenID Connect Core §11 also wants for offline_access. A request with `none` stays and is refused. */
function completePrompt(params: URLSearchParams): void {
  const [prompt = '', another] = params.getAll('prompt')
  const prompts = splitScopes(prompt)
  if (another !== undefined || prompts.includes('none') || prompts.includes('consent')) return
  params.set('prompt', [...prompts, 'consent'].join(' '))
}
