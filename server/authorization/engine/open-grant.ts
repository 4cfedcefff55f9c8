import type { Grant } from '#server/grants/grants.ts'
import { hasClinicalScope } from '../requested-scopes.ts'
import type { AdapterDeps } from './adapter-deps.ts'

/** A refresh token or code is worth what its grant is worth at this moment. */
export async function isGrantOpen(
  { clock, grants, accounts }: Pick<AdapterDeps, 'clock' | 'grants' | 'accounts'>,
  id: string,
): Promise<boolean> {
  const state = await grants.findState(id)
  if (!state || state.grant.endedAt) return false
  const { grant, patientIds, practiceIds } = state
  if (grant.expiresAt && grant.expiresAt.getTime() <= clock.now().getTime()) return false
  if (patientIds.length === 0 && practiceIds.length === 0 && !isForSignInAlone(grant)) return false
  if (!isForOnlineUse(grant)) return true
  return grant.signInId !== undefined && accounts.isSignInOpen(grant.signInId)
}

/** Such a grant reaches no record. With `fhirUser` it is given through an association, and ends with it. */
function isForSignInAlone({ scopes }: Grant): boolean {
  return !hasClinicalScope(scopes) && !scopes.includes('fhirUser')
}

/** SMART App Launch 2.2, scopes for requesting a refresh token: `online_access` lasts as long as the person is signed in. */
function isForOnlineUse({ scopes }: Grant): boolean {
  return scopes.includes('online_access') && !scopes.includes('offline_access')
}
