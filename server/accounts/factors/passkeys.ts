import { finishAssertion, startAssertion } from './assert-passkey.ts'
import { hasPasskey, listPasskeys } from './list-passkeys.ts'
import { createPasskeyChallenges } from './passkey-challenges.ts'
import type { Passkeys, PasskeysDeps } from './passkeys-interface.ts'
import { finishRegistration, startRegistration } from './register-passkey.ts'
import { createRelyingParty } from './relying-party.ts'

export function createPasskeys({
  portalUrl,
  ...shared
}: Omit<PasskeysDeps, 'challenges' | 'relyingParty'> & { portalUrl: string }): Passkeys {
  const { db } = shared
  const deps: PasskeysDeps = {
    ...shared,
    challenges: createPasskeyChallenges(shared),
    relyingParty: createRelyingParty(portalUrl),
  }
  return {
    list: (accountId) => listPasskeys(db, accountId),
    has: (accountId) => hasPasskey(db, accountId),
    startRegistration: (account, browser) => startRegistration(deps, { account, browser }),
    finishRegistration: (account, browser, form) => finishRegistration(deps, { account, browser, ...form }),
    startAssertion: (asker, accountId) => startAssertion(deps, { asker, accountId }),
    finishAssertion: (asker, response, accountId) => finishAssertion(deps, { asker, response, accountId }),
    async remove(tx, accountId, id) {
      const removed = await tx
        .deleteFrom('passkey')
        .where('id', '=', id)
        .where('account_id', '=', accountId)
        .returning('id')
        .executeTakeFirst()
      return removed !== undefined
    },
    async removeAll(tx, accountId) {
      await tx.deleteFrom('passkey').where('account_id', '=', accountId).execute()
    },
  }
}
