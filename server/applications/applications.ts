import { createApplicationChanges } from './application-changes.ts'
import { isSecretOf, listSecrets, rotateSecret } from './application-secrets.ts'
import type { ApplicationsDeps } from './applications-deps.ts'
import type { Applications } from './applications-interface.ts'
import { createApplication, createForStranger, createKnown } from './create-application.ts'
import { findApplication, findPlainRedirects } from './find-application.ts'
import { listOwned } from './list-owned.ts'
import { isPlainHttp, isRegisteredRedirect, warnAboutRedirectUris } from './redirect-uri.ts'
import { createRegistrationTokens } from './registration-tokens.ts'
import { removeAllOf, removeApplication } from './remove-application.ts'
import { updateApplication } from './update-application.ts'

export type { Application, ApplicationForm, Warning } from './application.ts'
export type { ApplicationChange } from './application-changes.ts'
export { defaultScopes } from './application-form.ts'
export type { Applications, SecretSummary } from './applications-interface.ts'
export { assertionAlgorithms, fitsAlgorithm, type PublicKey } from './key-set.ts'
export { createKeySets, type KeySets } from './key-sets.ts'
export { hasPrivateUseScheme, isPlainHttp } from './redirect-uri.ts'

export function createApplications(deps: ApplicationsDeps): Applications {
  const { allowsPlainRedirects = false } = deps
  const maySendTo = (uri: string) => allowsPlainRedirects || !isPlainHttp(uri)
  return {
    create: (ownerAccountId, form) => createApplication(deps, { ownerAccountId, form }),
    createForStranger: (keeperAccountId, form) =>
      createForStranger(deps, { ownerAccountId: keeperAccountId, form }),
    createKnown: (ownerAccountId, form, known) => createKnown(deps, { ownerAccountId, form, ...known }),
    update: (ownerAccountId, applicationId, form) =>
      updateApplication(deps, { ownerAccountId, applicationId, form }),
    remove: (ownerAccountId, applicationId) => removeApplication(deps, { ownerAccountId, applicationId }),
    removeAllOf: (ownerAccountId, tx) => removeAllOf(deps, tx, ownerAccountId),

    find: (applicationId) => findApplication(deps, applicationId),
    findPlainRedirects: () => findPlainRedirects(deps),
    listOwned: (ownerAccountId, page = {}) => listOwned(deps, ownerAccountId, page),
    warn: ({ redirectUris }) => warnAboutRedirectUris(redirectUris, allowsPlainRedirects),
    maySendTo,
    mayReturnTo: ({ redirectUris, kind }, uri) =>
      isRegisteredRedirect({ redirectUris, isNative: kind === 'public' }, uri) && maySendTo(uri),

    listSecrets: (applicationId) => listSecrets(deps, applicationId),
    rotateSecret: (ownerAccountId, applicationId, overlapSeconds) =>
      rotateSecret(deps, { ownerAccountId, applicationId, overlapSeconds }),
    isSecretOf: (applicationId, secret) => isSecretOf(deps, { applicationId, secret }),

    registrationTokens: createRegistrationTokens(deps),
    changes: createApplicationChanges(deps),
  }
}
