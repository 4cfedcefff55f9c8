import { normalizeAddress } from '../addresses.ts'
import { OnpatientError } from '../errors.ts'
import { networkOf } from '../network.ts'
import type { Db } from '../store/store.ts'
import type { Account } from './account.ts'
import { type AccountRow, toAccount } from './account-row.ts'
import type { Accounts } from './accounts-interface.ts'
import type { SecondSteps } from './factors/second-step.ts'
import { findByAddress } from './find-by-address.ts'
import type { KnownDevices } from './known-device.ts'
import type { Passwords } from './passwords.ts'
import type { Counter, Throttle } from './throttle.ts'

interface PasswordSignInDeps {
  db: Db
  passwords: Passwords
  throttle: Throttle
  devices: KnownDevices
  startOrWait: SecondSteps['startOrWait']
}

export interface PasswordSignIn extends Pick<Accounts, 'signIn' | 'hasPassword'> {
  /** Asks a signed-in person for the password again; `field` is the field of the form. */
  provePassword(accountId: string, password: string, field: string): Promise<Account>
}

/** The only place that checks passwords. Every try is counted before the check. */
export function createPasswordSignIn(deps: PasswordSignInDeps): PasswordSignIn {
  const { db, passwords, throttle, devices, startOrWait } = deps

  const findRow = (accountId: string) =>
    db.selectFrom('account').selectAll().where('id', '=', accountId).executeTakeFirst()

  /** The account of the address to which this browser is known. */
  async function findKnown(rows: AccountRow[], knownDevice: string | undefined) {
    if (knownDevice === undefined) return undefined
    for (const row of rows) if (await devices.isOf(knownDevice, row.id)) return row
    return undefined
  }

  /** Does the same work for an address without an account. */
  async function findByPassword(rows: AccountRow[], password: string): Promise<AccountRow | undefined> {
    if (rows.length === 0) await passwords.isRight(password, undefined)
    for (const row of rows) if (await passwords.isRight(password, row.password_hash)) return row
    return undefined
  }

  /** An account whose hash was made at another cost gets a hash of today's cost. */
  async function refreshHash(row: AccountRow, password: string): Promise<void> {
    if (!passwords.isOutdated(row.password_hash)) return
    await db
      .updateTable('account')
      .set({ password_hash: await passwords.hash(password) })
      .where('id', '=', row.id)
      .where('password_hash', '=', row.password_hash)
      .execute()
  }

  return {
    async signIn({ email: typed, password, visitor, knownDevice }) {
      const rows = await findByAddress(db, typed)
      const known = await findKnown(rows, knownDevice)
      const counters = known
        ? [{ counted: 'known-device', subject: known.id } as const]
        : countersOfStranger(normalizeAddress(typed), networkOf(visitor.ip))
      await throttle.count(counters)
      const row = await findByPassword(known ? [known] : rows, password)
      if (!row) throw signInFailed('The e-mail address and the password do not match an account.')
      await refreshHash(row, password)
      return startOrWait(toAccount(row), visitor, counters)
    },
    async hasPassword(accountId, password) {
      return passwords.isRight(password, (await findRow(accountId))?.password_hash)
    },
    async provePassword(accountId, password, field) {
      const counters: Counter[] = [{ counted: 'known-device', subject: accountId }]
      await throttle.count(counters)
      const row = await findRow(accountId)
      if (!row || !(await passwords.isRight(password, row.password_hash)))
        throw signInFailed('This is not your present password.', field)
      await throttle.takeBack(counters)
      return toAccount(row)
    },
  }
}

function countersOfStranger(email: string, network: string): Counter[] {
  return [
    { counted: 'account-from-address', subject: `${email} ${network}` },
    { counted: 'address', subject: network },
    { counted: 'account', subject: email },
  ]
}

function signInFailed(message: string, field?: string): OnpatientError {
  return new OnpatientError('sign-in-failed', message, field === undefined ? {} : { field })
}
