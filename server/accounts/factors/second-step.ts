import type { Mailer } from '#server/mail/mail.ts'
import type { Clock } from '../../clock.ts'
import { OnpatientError } from '../../errors.ts'
import { networkOf } from '../../network.ts'
import { hashSecret, newSecret, type Random } from '../../secrets.ts'
import type { Db } from '../../store/store.ts'
import type { Account, PendingSignIn, SignInOutcome, Visitor } from '../account.ts'
import type { KnownDevices } from '../known-device.ts'
import { accountMails } from '../mails.ts'
import type { SignIns } from '../sign-ins.ts'
import type { Counter, Throttle } from '../throttle.ts'
import { type AuthenticatorApps, codeRefused } from './authenticator-app.ts'
import type { SecondStep } from './factors-interface.ts'
import type { Passkeys } from './passkeys.ts'
import type { RecoveryCodes } from './recovery-codes.ts'

const pendingMs = 10 * 60 * 1000

interface SecondStepDeps {
  db: Db
  clock: Clock
  random: Random
  mailer: Mailer
  portalUrl: string
  throttle: Throttle
  devices: KnownDevices
  signIns: SignIns
  apps: AuthenticatorApps
  passkeys: Passkeys
  recoveryCodes: RecoveryCodes
  find(accountId: string): Promise<Account | undefined>
  hasFactor(accountId: string): Promise<boolean>
}

export interface SecondSteps extends SecondStep {
  /**
   * Where every right password leads: to a sign-in, or to the second step when the account has a factor. Throws
   * `sign-in-failed` when the password was changed in the meantime. The try that `counters` have counted was no guess.
   */
  startOrWait(account: Account, visitor: Visitor, counters: readonly Counter[]): Promise<SignInOutcome>
  /** What an old password began. Within the caller's transaction. */
  endPending(tx: Db, accountId: string): Promise<void>
}

export function createSecondStep(deps: SecondStepDeps): SecondSteps {
  const { db, clock, random, mailer, portalUrl, throttle, devices, signIns, apps, passkeys } = deps
  const { recoveryCodes } = deps
  const now = () => clock.now().getTime()

  async function wait(tx: Db, account: Account): Promise<PendingSignIn> {
    const token = newSecret('psi', random)
    const expiresAt = now() + pendingMs
    await tx
      .insertInto('pending_sign_in')
      .values({
        token_hash: hashSecret(token),
        account_id: account.id,
        created_at: now(),
        expires_at: expiresAt,
      })
      .execute()
    return { kind: 'pending', token, expiresAt: new Date(expiresAt) }
  }

  async function findAccount(pendingToken: string): Promise<Account | undefined> {
    // uses the primary key
    const row = await db
      .selectFrom('pending_sign_in')
      .select('account_id')
      .where('token_hash', '=', hashSecret(pendingToken))
      .where('expires_at', '>', now())
      .executeTakeFirst()
    return row && deps.find(row.account_id)
  }

  /**
   * Of two answers at once, one gets the row. Within the caller's transaction, so that a code is not lost with it, and that the
   * sign-in is there when a change of the password that waits for this row goes on to end sign-ins.
   */
  async function redeem(tx: Db, pendingToken: string): Promise<void> {
    const row = await tx
      .deleteFrom('pending_sign_in')
      .where('token_hash', '=', hashSecret(pendingToken))
      .where('expires_at', '>', now())
      .returning('account_id')
      .executeTakeFirst()
    if (!row) throw passwordNeeded()
  }

  /** 'app', or how many recovery codes are left after this one. */
  async function take(tx: Db, accountId: string, typed: string): Promise<'app' | number> {
    const code = typed.replaceAll(/[\s-]/g, '')
    if (/^\d{6}$/.test(code)) {
      if (await apps.take(tx, accountId, code)) return 'app'
      throw codeRefused(
        'This code is wrong, too old, or was used already. Enter the one that the app shows now.',
      )
    }
    if (await recoveryCodes.take(tx, accountId, code))
      return (await recoveryCodes.countLeft(tx, accountId)) ?? 0
    throw codeRefused(
      'This is neither a code of six digits nor an unused recovery code. Check it and try again.',
    )
  }

  return {
    async find(pendingToken) {
      const account = await findAccount(pendingToken)
      if (!account) return undefined
      return {
        account,
        hasApp: (await apps.find(account.id)) !== undefined,
        hasPasskey: await passkeys.has(account.id),
      }
    },
    async startOrWait(account, visitor, counters) {
      const mustWait = await deps.hasFactor(account.id)
      return db.transaction().execute(async (tx) => {
        await holdPassword(tx, account)
        await throttle.takeBack(counters, tx)
        return mustWait ? wait(tx, account) : signIns.start(account, visitor, { isTwoStep: false }, tx)
      })
    },
    async endPending(tx, accountId) {
      // uses pending_sign_in_account
      await tx.deleteFrom('pending_sign_in').where('account_id', '=', accountId).execute()
    },
    async passWithCode({ pendingToken, code, visitor, knownDevice }) {
      const account = await findAccount(pendingToken)
      if (!account) throw passwordNeeded()
      const isKnown = knownDevice !== undefined && (await devices.isOf(knownDevice, account.id))
      const counters: Counter[] = [{ counted: 'code', subject: isKnown ? `known ${account.id}` : account.id }]
      await throttle.count(counters)
      const signIn = await db.transaction().execute(async (tx) => {
        const taken = await take(tx, account.id, code)
        await redeem(tx, pendingToken)
        if (taken !== 'app')
          await mailer.send(accountMails.recoveryCodeUsed(account.email, portalUrl, taken), tx)
        return signIns.start(account, visitor, { isTwoStep: true }, tx)
      })
      await throttle.takeBack(counters)
      return signIn
    },
    async startPasskey(pendingToken, visitor) {
      const account = await findAccount(pendingToken)
      if (!account) throw passwordNeeded()
      await throttle.count([{ counted: 'passkey-from-address', subject: networkOf(visitor.ip) }])
      return passkeys.startAssertion({ purpose: 'second-step', browser: pendingToken }, account.id)
    },
    async passWithPasskey({ pendingToken, response, visitor }) {
      const account = await findAccount(pendingToken)
      if (!account) throw passwordNeeded()
      const asker = { purpose: 'second-step', browser: pendingToken } as const
      await passkeys.finishAssertion(asker, response, account.id)
      return db.transaction().execute(async (tx) => {
        await redeem(tx, pendingToken)
        return signIns.start(account, visitor, { isTwoStep: true }, tx)
      })
    },
  }
}

/**
 * A change of the password ends what the old one began. This writes, so that it waits for one that is under way and finds the
 * new password then; the next one waits for the caller's transaction, and ends what it began, too.
 */
async function holdPassword(tx: Db, { id, passwordChangedAt }: Account): Promise<void> {
  // uses the primary key
  const held = await tx
    .updateTable('account')
    .set((eb) => ({ password_changed_at: eb.ref('password_changed_at') }))
    .where('id', '=', id)
    .where('password_changed_at', '=', passwordChangedAt.getTime())
    .returning('id')
    .executeTakeFirst()
  if (!held)
    throw new OnpatientError('sign-in-failed', 'The password was changed in the meantime. Use the new one.')
}

function passwordNeeded(): OnpatientError {
  return new OnpatientError(
    'sign-in-required',
    'The sign-in took too long, or was finished or ended elsewhere. Enter your password again.',
  )
}
