import Provider from 'oidc-provider'
import { assertionKeysOf } from '../token/client-assertion.ts'
import { answerTokenRequests } from '../token/token-request.ts'
import { createTokenWrites } from '../token/token-writes.ts'
import { answeringStoreFailure } from './answering-store-failures.ts'
import { configurationOf } from './engine-configuration.ts'
import type { EngineDeps } from './engine-deps.ts'
import {
  replaceAssertionKeys,
  replaceRedirectMatching,
  replaceReplayDetection,
  replaceSecretComparison,
} from './oidc-internals.ts'
import { oncePerTokenRequest } from './once-per-token-request.ts'
import { createSharedCommits } from './shared-commits.ts'

export { type EngineDeps, tokenLifetimes } from './engine-deps.ts'

/** Sets up oidc-provider as the authorization server. Pitfalls and reasons: docs/decisions/0002. */
export async function createEngine(given: EngineDeps): Promise<Provider> {
  const deps = {
    ...given,
    applications: { ...given.applications, find: oncePerTokenRequest(given.applications.find) },
    grants: { ...given.grants, findState: oncePerTokenRequest(given.grants.findState) },
    writes: createTokenWrites(createSharedCommits(given.db)),
  }
  const keys = await deps.keys.signing.listPublished()
  const provider = new Provider(deps.portalUrl, configurationOf(deps, keys))
  answerTokenRequests(provider, deps)
  // Otherwise the engine would announce http:// addresses behind TLS.
  provider.proxy = deps.portalUrl.startsWith('https:') || deps.trustedProxies > 0
  replaceSecretComparison(provider, (clientId, secret) => deps.applications.isSecretOf(clientId, secret))
  replaceRedirectMatching(provider, ({ redirectUris, isNative }, uri) =>
    deps.applications.mayReturnTo({ redirectUris, kind: isNative ? 'public' : 'confidential' }, uri),
  )
  const findApplication = answeringStoreFailure(deps.applications.find)
  replaceAssertionKeys(provider, async (id) => {
    const application = await findApplication(id)
    return () => assertionKeysOf(application, deps.keySets)
  })
  replaceReplayDetection(provider, answeringStoreFailure(deps.usedOnce.use))
  return provider
}
