import type { Clock } from '../../clock.ts'
import { OnpatientError } from '../../errors.ts'
import type { Random } from '../../secrets.ts'
import type { Db } from '../../store/store.ts'
import type { Account } from '../account.ts'
import { describeSecret, findStep, latestStep, secretBytes } from './one-time-code.ts'
import type { SecretSeal } from './sealed-secret.ts'

export interface AuthenticatorApp {
  createdAt: Date
  lastUsedAt: Date | undefined
}

/** The secret of an app that is being set up, in base32 and as the address that apps read from a QR code. */
export interface AppSecret {
  text: string
  uri: string
}

/** One authenticator app for each account. It counts once a right code was entered. */
export interface AuthenticatorApps {
  find(accountId: string): Promise<AuthenticatorApp | undefined>
  /** A new secret, in place of one that was never confirmed. Throws `not-allowed` when there is an app already. */
  start(account: Account): Promise<AppSecret>
  /** Within the caller's transaction. Throws `code-refused`. */
  confirm(tx: Db, accountId: string, code: string): Promise<void>
  /** Takes a code, each time step once; whether it was right. Within the caller's transaction. Throws `factor-key-wrong`. */
  take(tx: Db, accountId: string, code: string): Promise<boolean>
  remove(tx: Db, accountId: string): Promise<boolean>
  /** How many secrets there are, and how many of them the key of now does not open. */
  countSealed(): Promise<{ all: number; unreadable: number }>
}

interface AuthenticatorAppsDeps {
  db: Db
  clock: Clock
  random: Random
  seal: SecretSeal
}

export function createAuthenticatorApps({
  db,
  clock,
  random,
  seal,
}: AuthenticatorAppsDeps): AuthenticatorApps {
  const now = () => clock.now().getTime()

  // Each statement uses the primary key.
  const findRow = (tx: Db, accountId: string) =>
    tx.selectFrom('authenticator_app').selectAll().where('account_id', '=', accountId).executeTakeFirst()

  function open({ sealed_secret, account_id }: { sealed_secret: string; account_id: string }) {
    const secret = seal.open(sealed_secret, account_id)
    if (secret) return secret
    throw new OnpatientError(
      'factor-key-wrong',
      'Codes of authenticator apps cannot be checked at the moment. Use a recovery code or a passkey, or tell whoever runs this server.',
      { detail: 'a secret does not open with FACTOR_KEY: see "onpatient doctor"' },
    )
  }

  return {
    async find(accountId) {
      const row = await findRow(db, accountId)
      if (!row?.confirmed_at) return undefined
      return {
        createdAt: new Date(row.confirmed_at),
        lastUsedAt: row.last_used_at === null ? undefined : new Date(row.last_used_at),
      }
    },
    async start(account) {
      const secret = Uint8Array.from(random.bytes(secretBytes))
      const row = { sealed_secret: seal.seal(secret, account.id), created_at: now(), last_step: 0 }
      const made = await db
        .insertInto('authenticator_app')
        .values({ account_id: account.id, ...row, confirmed_at: null, last_used_at: null })
        .onConflict((conflict) =>
          conflict.column('account_id').doUpdateSet(row).where('authenticator_app.confirmed_at', 'is', null),
        )
        .returning('account_id')
        .executeTakeFirst()
      if (!made)
        throw new OnpatientError(
          'not-allowed',
          'An authenticator app is set up already. Remove it first to use another one.',
        )
      return describeSecret(secret, account.email)
    },
    async confirm(tx, accountId, code) {
      const row = await findRow(tx, accountId)
      if (!row || row.confirmed_at !== null)
        throw new OnpatientError('not-allowed', 'No authenticator app is being set up. Start again.')
      const step = findStep(open(row), code, clock.now())
      if (step === undefined)
        throw codeRefused('This code is not right. Enter the one that the app shows now.')
      const confirmed = await tx
        .updateTable('authenticator_app')
        .set({ confirmed_at: now(), last_step: step })
        .where('account_id', '=', accountId)
        .where('confirmed_at', 'is', null)
        // Another window may have begun anew in between.
        .where('sealed_secret', '=', row.sealed_secret)
        .returning('account_id')
        .executeTakeFirst()
      if (!confirmed) throw codeRefused('Another window has changed this. Start again.')
    },
    async take(tx, accountId, code) {
      const row = await findRow(tx, accountId)
      if (!row?.confirmed_at) return false
      const step = findStep(open(row), code, clock.now())
      if (step === undefined) return false
      // A code that somebody read over a shoulder must not work again (RFC 6238 §5.2); of two at once, one wins.
      const taken = await tx
        .updateTable('authenticator_app')
        .set({ last_step: step, last_used_at: now() })
        .where('account_id', '=', accountId)
        .where('sealed_secret', '=', row.sealed_secret)
        .where((eb) =>
          eb.or([
            eb('last_step', '<', step),
            // It was taken while the clock was ahead, which must not refuse every code until then.
            eb('last_step', '>', latestStep(clock.now())),
          ]),
        )
        .returning('account_id')
        .executeTakeFirst()
      return taken !== undefined
    },
    async remove(tx, accountId) {
      const removed = await tx
        .deleteFrom('authenticator_app')
        .where('account_id', '=', accountId)
        .returning('confirmed_at')
        .executeTakeFirst()
      return removed !== undefined && removed.confirmed_at !== null
    },
    async countSealed() {
      const rows = await db.selectFrom('authenticator_app').select(['account_id', 'sealed_secret']).execute()
      const unreadable = rows.filter((row) => seal.open(row.sealed_secret, row.account_id) === undefined)
      return { all: rows.length, unreadable: unreadable.length }
    },
  }
}

export function codeRefused(message: string): OnpatientError {
  return new OnpatientError('code-refused', message, { field: 'code' })
}
