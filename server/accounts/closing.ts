import type { Mailer } from '#server/mail/mail.ts'
import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import type { Random } from '../secrets.ts'
import type { Db } from '../store/store.ts'
import { inTransaction } from '../store/transaction.ts'
import type { Account } from './account.ts'
import type { Accounts } from './accounts-interface.ts'
import type { AuthenticatorApps } from './factors/authenticator-app.ts'
import type { Factors } from './factors/factors-interface.ts'
import type { Passkeys } from './factors/passkeys-interface.ts'
import type { RecoveryCodes } from './factors/recovery-codes.ts'
import type { SecondSteps } from './factors/second-step.ts'
import type { KnownDevices } from './known-device.ts'
import type { MailLinks } from './mail-links.ts'
import { accountMails } from './mails.ts'
import type { Passwords } from './passwords.ts'
import type { SignIns } from './sign-ins/sign-ins.ts'

interface ClosingDeps {
  db: Db
  clock: Clock
  random: Random
  mailer: Mailer
  portalUrl: string
  passwords: Passwords
  links: MailLinks
  signIns: SignIns
  devices: KnownDevices
  secondSteps: SecondSteps
  factors: Pick<Factors, 'assertProven'>
  apps: AuthenticatorApps
  passkeys: Passkeys
  recoveryCodes: RecoveryCodes
  /** Ends its associations, applications and grants, within the transaction that closes it. Throws when the account has to stay. */
  endWhatItHas(tx: Db, account: Account): Promise<void>
  /** Runs after that transaction. It must not throw. */
  onClosed(accountId: string): Promise<void>
}

/**
 * Closes an account: its address becomes free, and nobody can sign in to it any more. The row stays, because grants, associations and the log
 * refer to its id.
 */
export function createClosing(deps: ClosingDeps): Pick<Accounts, 'close'> {
  const { db, clock, random, mailer, portalUrl } = deps

  async function endAll(tx: Db, account: Account, passwordHash: string): Promise<void> {
    const now = clock.now().getTime()
    // This comes first: a sign-in that begins at this moment waits for it, and finds the account closed.
    const closed = await tx
      .updateTable('account')
      .set({
        email: `${account.id}@closed.invalid`,
        password_hash: passwordHash,
        password_changed_at: now,
        closed_at: now,
      })
      .where('id', '=', account.id)
      .where('closed_at', 'is', null)
      .returning('id')
      .executeTakeFirst()
    if (!closed)
      throw new OnpatientError('sign-in-required', 'This account was closed in the meantime, in another tab.')
    await deps.secondSteps.endPending(tx, account.id)
    // This comes before the grants: a grant from the last moment of a sign-in is in the table by then, and no grant can follow.
    await deps.signIns.endAllBut(tx, account.id, undefined)
    await deps.endWhatItHas(tx, account)
    await deps.devices.forgetAll(tx, account.id)
    await deps.links.endAll(tx, account.id)
    await deps.apps.remove(tx, account.id)
    await deps.passkeys.removeAll(tx, account.id)
    await deps.recoveryCodes.removeAll(tx, account.id)
  }

  return {
    async close(account, signIn) {
      deps.factors.assertProven(signIn)
      const passwordHash = await deps.passwords.hash(random.bytes(32).toString('base64url'))
      // As if nobody else were writing, so that one of the last two providers of a practice stays.
      await inTransaction(db, (tx) => endAll(tx, account, passwordHash))
      await deps.onClosed(account.id)
      // The account is closed even when the notice fails. The mailer logs the failure.
      await mailer.send(accountMails.accountClosed(account.email, portalUrl)).catch(() => undefined)
    },
  }
}
