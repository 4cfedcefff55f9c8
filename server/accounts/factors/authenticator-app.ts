import type { Clock } from '../../clock.ts'
import { OnpatientError } from '../../errors.ts'
import type { Seals } from '../../seal.ts'
import type { Random } from '../../secrets.ts'
import type { Db } from '../../store/store.ts'
import type { Account } from '../account.ts'
import { describeSecret, findStep, latestStep, secretBytes } from './one-time-code.ts'

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
  /** Makes a secret. It replaces a secret that was never confirmed. Throws `not-allowed` when there is an app already. */
  start(account: Account): Promise<AppSecret>
  /** Runs within the caller's transaction. Throws `code-refused`. */
  confirm(tx: Db, accountId: string, code: string): Promise<void>
  /**
   * Whether the code is right. It takes the code of each time step once. Runs within the caller's transaction. Throws
   * `factor-key-wrong`.
   */
  take(tx: Db, accountId: string, code: string): Promise<boolean>
  remove(tx: Db, accountId: string): Promise<boolean>
  /** The number of secrets, and the number of secrets that the current key does not open. */
  countSealed(): Promise<{ all: number; unreadable: number }>
}

interface AppsDeps {
  db: Db
  clock: Clock
  random: Random
  seals: Seals
}

export function createAuthenticatorApps(deps: AppsDeps): AuthenticatorApps {
  return {
    find: (accountId) => findApp(deps.db, accountId),
    start: (account) => startApp(deps, account),
    confirm: (tx, accountId, code) => confirmApp(deps, tx, { accountId, code }),
    take: (tx, accountId, code) => takeCode(deps, tx, { accountId, code }),
    remove: removeApp,
    countSealed: () => countSealed(deps),
  }
}

/** Uses the primary key, as do all statements here but `countSealed`. */
function findRow(tx: Db, accountId: string) {
  return tx.selectFrom('authenticator_app').selectAll().where('account_id', '=', accountId).executeTakeFirst()
}

async function findApp(db: Db, accountId: string): Promise<AuthenticatorApp | undefined> {
  const row = await findRow(db, accountId)
  if (!row?.confirmed_at) return undefined
  return {
    createdAt: new Date(row.confirmed_at),
    lastUsedAt: row.last_used_at === null ? undefined : new Date(row.last_used_at),
  }
}

async function startApp({ db, clock, random, seals }: AppsDeps, account: Account): Promise<AppSecret> {
  const secret = random.bytes(secretBytes)
  const row = {
    sealed_secret: seals.seal(secret, account.id),
    created_at: clock.now().getTime(),
    last_step: 0,
  }
  const made = await db
    .insertInto('authenticator_app')
    .values({ account_id: account.id, ...row, confirmed_at: null, last_used_at: null })
    .onConflict((conflict) =>
      conflict.column('account_id').doUpdateSet(row).where('authenticator_app.confirmed_at', 'is', null),
    )
    .returning('account_id')
    .executeTakeFirst()
  if (made) return describeSecret(Uint8Array.from(secret), account.email)
  throw new OnpatientError(
    'not-allowed',
    'An authenticator app is set up already. Remove it first to use another one.',
  )
}

async function confirmApp(
  { clock, seals }: AppsDeps,
  tx: Db,
  { accountId, code }: { accountId: string; code: string },
): Promise<void> {
  const row = await findRow(tx, accountId)
  if (!row || row.confirmed_at !== null)
    throw new OnpatientError('not-allowed', 'No authenticator app is being set up. Start again.')
  const step = findStep(openSecret(seals, row), code, clock.now())
  if (step === undefined) throw codeRefused('This code is not right. Enter the one that the app shows now.')
  const confirmed = await tx
    .updateTable('authenticator_app')
    .set({ confirmed_at: clock.now().getTime(), last_step: step })
    .where('account_id', '=', accountId)
    .where('confirmed_at', 'is', null)
    // Another window may have started anew in between.
    .where('sealed_secret', '=', row.sealed_secret)
    .returning('account_id')
    .executeTakeFirst()
  if (!confirmed) throw codeRefused('Another window has changed this. Start again.')
}

async function takeCode(
  { clock, seals }: AppsDeps,
  tx: Db,
  { accountId, code }: { accountId: string; code: string },
): Promise<boolean> {
  const row = await findRow(tx, accountId)
  if (!row?.confirmed_at) return false
  const step = findStep(openSecret(seals, row), code, clock.now())
  if (step === undefined) return false
  // A code that somebody read over a shoulder must not work again (RFC 6238 §5.2). One of two tries at once succeeds.
  const taken = await tx
    .updateTable('authenticator_app')
    .set({ last_step: step, last_used_at: clock.now().getTime() })
    .where('account_id', '=', accountId)
    .where('sealed_secret', '=', row.sealed_secret)
    .where((eb) =>
      eb.or([
        eb('last_step', '<', step),
        // A code was taken while the clock was ahead. That must not refuse every code until then.
        eb('last_step', '>', latestStep(clock.now())),
      ]),
    )
    .returning('account_id')
    .executeTakeFirst()
  return taken !== undefined
}

async function removeApp(tx: Db, accountId: string): Promise<boolean> {
  const removed = await tx
    .deleteFrom('authenticator_app')
    .where('account_id', '=', accountId)
    .returning('confirmed_at')
    .executeTakeFirst()
  return removed !== undefined && removed.confirmed_at !== null
}

const rowsAtOnce = 500

/** Walks the table by its primary key. */
async function countSealed({ db, seals }: AppsDeps): Promise<{ all: number; unreadable: number }> {
  const counts = { all: 0, unreadable: 0 }
  for (let after = ''; ; ) {
    const rows = await db
      .selectFrom('authenticator_app')
      .select(['account_id', 'sealed_secret'])
      .where('account_id', '>', after)
      .orderBy('account_id')
      .limit(rowsAtOnce)
      .execute()
    counts.all += rows.length
    for (const row of rows)
      if (seals.open(row.sealed_secret, row.account_id) === undefined) counts.unreadable++
    const last = rows.at(-1)
    if (last === undefined || rows.length < rowsAtOnce) return counts
    after = last.account_id
  }
}

function openSecret(
  seals: Seals,
  { sealed_secret, account_id }: { sealed_secret: string; account_id: string },
): Uint8Array<ArrayBuffer> {
  const secret = seals.open(sealed_secret, account_id)
  if (secret) return Uint8Array.from(secret)
  throw new OnpatientError(
    'factor-key-wrong',
    'Codes of authenticator apps cannot be checked at the moment. Use a recovery code or a passkey, or tell whoever runs this server.',
    { detail: 'a secret does not open with FACTOR_KEY: see "onpatient doctor"' },
  )
}

export function codeRefused(message: string): OnpatientError {
  return new OnpatientError('code-refused', message, { field: 'code' })
}
