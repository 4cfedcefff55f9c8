import type { Clock } from '../../clock.ts'
import type { Limits } from '../../limits.ts'
import type { Random } from '../../secrets.ts'
import type { Db } from '../../store/store.ts'
import type { Account } from '../account.ts'
import type { Asker, PasskeyChallenges } from './passkey-challenges.ts'
import type { RelyingParty } from './relying-party.ts'

export interface Passkey {
  id: string
  name: string
  createdAt: Date
  lastUsedAt: Date | undefined
}

/** Options in the form that browsers take (`PublicKeyCredentialCreationOptionsJSON`, `PublicKeyCredentialRequestOptionsJSON`). */
export type RegistrationOptions = Awaited<ReturnType<RelyingParty['registrationOptions']>>
export type AssertionOptions = Awaited<ReturnType<RelyingParty['assertionOptions']>>

/** Public keys of people's devices. Every challenge belongs to one browser and purpose, and is answered once. */
export interface Passkeys {
  list(accountId: string): Promise<Passkey[]>
  has(accountId: string): Promise<boolean>
  /** Throws `limit-reached` when the account has too many. */
  startRegistration(account: Account, browser: string): Promise<RegistrationOptions>
  /** Checks the answer. Returns a function that inserts the passkey in a transaction. Throws `passkey-refused`. */
  finishRegistration(
    account: Account,
    browser: string,
    form: { name: string; response: unknown },
  ): Promise<(tx: Db) => Promise<void>>
  /** For the passkeys of one account, or for any passkey of this server that the browser knows. */
  startAssertion(asker: Asker, accountId?: string): Promise<AssertionOptions>
  /** The account that the passkey belongs to; with `accountId` only that one. Throws `passkey-refused`. */
  finishAssertion(asker: Asker, response: unknown, accountId?: string): Promise<string>
  remove(tx: Db, accountId: string, id: string): Promise<boolean>
  removeAll(tx: Db, accountId: string): Promise<void>
}

export interface PasskeysDeps {
  db: Db
  clock: Clock
  random: Random
  limits: Limits
  challenges: PasskeyChallenges
  relyingParty: RelyingParty
}
