import { findFhirUser } from '../identity/fhir-user.ts'
import { profileOf } from '../identity/profile-claims.ts'
import type { EngineDeps } from './engine-deps.ts'

/** An account as the engine knows it, with its claims. */
export async function findEngineAccount(deps: EngineDeps, accountId: string, token: object | undefined) {
  const account = await deps.accounts.find(accountId)
  if (!account) return undefined
  return {
    accountId,
    claims: async () => ({
      sub: accountId,
      ...profileOf(account),
      ...(await claimsOfGrant(deps, token)),
    }),
  }
}

/** The further claims of an id_token. They are read from the grant of the code or refresh token for which it is issued. */
async function claimsOfGrant(deps: EngineDeps, token: object | undefined) {
  const { grantId } = (token ?? {}) as { grantId?: string }
  if (grantId === undefined) return {}
  const [state, user] = await Promise.all([deps.grants.findState(grantId), findFhirUser(grantId, deps)])
  const signInId = state?.grant.signInId
  return { ...user, ...(signInId === undefined ? {} : { sid: signInId }) }
}
