import type { Selectable } from 'kysely'
import { assertRoom } from '../../assert-room.ts'
import type { Clock } from '../../clock.ts'
import { OnpatientError } from '../../errors.ts'
import type { Limits } from '../../limits.ts'
import { newId, type Random } from '../../secrets.ts'
import type { PasskeyTable } from '../../store/schema/factors.ts'
import type { Db } from '../../store/store.ts'
import { isDuplicate } from '../../store/transaction.ts'
import type { Account } from '../account.ts'
import { type Asker, createPasskeyChallenges } from './passkey-challenges.ts'
import { parseAssertion, parseRegistration, passkeyRefused, readChallenge } from './passkey-response.ts'
import { createRelyingParty, type RelyingParty } from './relying-party.ts'

export interface Passkey {
  id: string
  name: string
  createdAt: Date
  lastUsedAt: Date | undefined
}

/** As the browser takes them (`PublicKeyCredentialCreationOptionsJSON`, `PublicKeyCredentialRequestOptionsJSON`). */
export type RegistrationOptions = Awaited<ReturnType<RelyingParty['registrationOptions']>>
export type AssertionOptions = Awaited<ReturnType<RelyingParty['assertionOptions']>>

/** Public keys of people's devices. Every challenge belongs to one browser and purpose, and is answered once. */
export interface Passkeys {
  list(accountId: string): Promise<Passkey[]>
  has(accountId: string): Promise<boolean>
  /** Throws `not-allowed` when the account has too many. */
  startRegistration(account: Account, browser: string): Promise<RegistrationOptions>
  /** Checks the answer; what comes back inserts the passkey in a transaction. Throws `passkey-refused`. */
  finishRegistration(
    account: Account,
    browser: string,
    form: { name: string; response: unknown },
  ): Promise<(tx: Db) => Promise<void>>
  /** For the passkeys of one account, or for any of this server that the browser knows. */
  startAssertion(asker: Asker, accountId?: string): Promise<AssertionOptions>
  /** The account that the passkey belongs to; with `accountId` only that one. Throws `passkey-refused`. */
  finishAssertion(asker: Asker, response: unknown, accountId?: string): Promise<string>
  remove(tx: Db, accountId: string, id: string): Promise<boolean>
  removeAll(tx: Db, accountId: string): Promise<void>
}

interface PasskeysDeps {
  db: Db
  clock: Clock
  random: Random
  portalUrl: string
  limits: Limits
}

export function createPasskeys({ db, clock, random, portalUrl, limits }: PasskeysDeps): Passkeys {
  const challenges = createPasskeyChallenges({ db, clock, random })
  const relyingParty = createRelyingParty(portalUrl)
  const now = () => clock.now().getTime()

  // uses passkey_account
  const listRows = (accountId: string) =>
    db
      .selectFrom('passkey')
      .selectAll()
      .where('account_id', '=', accountId)
      .orderBy('created_at')
      .orderBy('id')
      .execute()

  async function listDescriptors(accountId: string) {
    const rows = await listRows(accountId)
    return rows.map((row) => ({ id: row.credential_id, transports: JSON.parse(row.transports) as string[] }))
  }

  function assertFew(owned: number): void {
    assertRoom(limits, 'passkeys', { owned, advice: 'Remove one that you no longer use.' })
  }

  /** A copy of the authenticator has counted on its own (§6.1.1); and of two answers at once, one counts. */
  async function count(row: Selectable<PasskeyTable>, signCount: number): Promise<void> {
    const counted = await db
      .updateTable('passkey')
      .set({ sign_count: signCount, last_used_at: now() })
      .where('id', '=', row.id)
      .where((eb) => (signCount === 0 ? eb('sign_count', '=', 0) : eb('sign_count', '<', signCount)))
      .returning('id')
      .executeTakeFirst()
    if (!counted) throw passkeyRefused()
  }

  return {
    async list(accountId) {
      return (await listRows(accountId)).map(({ id, name, created_at, last_used_at }) => ({
        id,
        name,
        createdAt: new Date(created_at),
        lastUsedAt: last_used_at === null ? undefined : new Date(last_used_at),
      }))
    },
    async has(accountId) {
      // uses passkey_account
      const row = await db
        .selectFrom('passkey')
        .select('id')
        .where('account_id', '=', accountId)
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },
    async startRegistration(account, browser) {
      const known = await listDescriptors(account.id)
      assertFew(known.length)
      const challenge = await challenges.create({ purpose: 'register', browser })
      return relyingParty.registrationOptions(account, challenge, known)
    },
    async finishRegistration(account, browser, { name: typed, response: input }) {
      const name = checkName(typed)
      const response = parseRegistration(input)
      const challenge = readChallenge(response)
      await challenges.redeem({ purpose: 'register', browser }, challenge)
      const credential = await relyingParty.verifyRegistration(response, challenge)
      return async (tx) => {
        // Also of several that were begun before the last one was there.
        const rows = await tx
          .selectFrom('passkey')
          .select('id')
          .where('account_id', '=', account.id)
          .execute()
        assertFew(rows.length)
        await tx
          .insertInto('passkey')
          .values({
            id: newId('pk', random),
            account_id: account.id,
            credential_id: credential.id,
            public_key: Buffer.from(credential.publicKey).toString('base64url'),
            sign_count: credential.signCount,
            transports: JSON.stringify(credential.transports),
            name,
            created_at: now(),
            last_used_at: null,
          })
          .execute()
          .catch(throwKnown)
      }
    },
    async startAssertion(asker, accountId) {
      const allow = accountId === undefined ? undefined : await listDescriptors(accountId)
      return relyingParty.assertionOptions(await challenges.create(asker), allow)
    },
    async finishAssertion(asker, input, accountId) {
      const response = parseAssertion(input)
      const challenge = readChallenge(response)
      await challenges.redeem(asker, challenge)
      // uses the unique index on credential_id
      const row = await db
        .selectFrom('passkey')
        .selectAll()
        .where('credential_id', '=', response.id)
        .executeTakeFirst()
      if (!row || (accountId !== undefined && row.account_id !== accountId)) throw passkeyRefused()
      // Whom the authenticator takes the person for (§7.2, step 6); a must where nothing else has said who it is.
      const { userHandle } = response.response
      const named = userHandle && Buffer.from(userHandle, 'base64url').toString()
      if (named === undefined ? accountId === undefined : named !== row.account_id) throw passkeyRefused()
      const signCount = await relyingParty.verifyAssertion(response, challenge, {
        id: row.credential_id,
        publicKey: Uint8Array.from(Buffer.from(row.public_key, 'base64url')),
        signCount: row.sign_count,
      })
      await count(row, signCount)
      return row.account_id
    },
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

function checkName(typed: string): string {
  const name = typed.trim().replaceAll(/\s+/g, ' ')
  if (name !== '' && name.length <= 60 && !/[\p{Cc}\p{Cf}\p{Co}]/u.test(name)) return name
  throw new OnpatientError('invalid-parameter', 'Give the passkey a name of 1 to 60 visible characters.', {
    field: 'name',
  })
}

function throwKnown(error: unknown): never {
  throw isDuplicate(error) ? passkeyRefused('This passkey is registered already.', error) : error
}
