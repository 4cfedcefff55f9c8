import { asksToRefresh } from '#fhir/scope/context-scopes.ts'
import { hasClinicalScope } from '../requested-scopes.ts'
import { answeringStoreFailure } from './answering-store-failures.ts'
import { type EngineDeps, tokenLifetimes } from './engine-deps.ts'

interface Client {
  tokenEndpointAuthMethod?: string | undefined
  grantTypeAllowed(type: string): boolean
}

/**
 * Whether a code also gives a refresh token, which ends with the grant.
 *
 * - Applications with a secret or key that read records always get one, with and without `offline_access`, because classic applications
 *   rely on it.
 * - For sign-in alone it has to be asked for, so that the scope of the answer is the scope that was asked for.
 * - An application without a secret gets none when the access ends with its first token, because anybody could use it.
 */
export async function getsRefreshToken(
  deps: EngineDeps,
  client: Client,
  code: { scopes: ReadonlySet<string>; grantId?: string | undefined },
): Promise<boolean> {
  if (!client.grantTypeAllowed('refresh_token')) return false
  if (!hasClinicalScope([...code.scopes]) && !asksToRefresh([...code.scopes])) return false
  return client.tokenEndpointAuthMethod !== 'none' || lastsLonger(deps, code.grantId)
}

/** Whether a grant goes on when an access token that is issued now has expired. */
async function lastsLonger({ grants, clock }: EngineDeps, grantId: string | undefined): Promise<boolean> {
  const state = grantId === undefined ? undefined : await answeringStoreFailure(grants.findState)(grantId)
  if (!state) return false
  const { grant } = state
  const tokenEnds = clock.now().getTime() + tokenLifetimes.accessTokenSeconds * 1000
  return grant.expiresAt === undefined || grant.expiresAt.getTime() > tokenEnds
}
