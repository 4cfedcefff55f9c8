import type { MailCounts, Mailer } from '#server/mail/mail.ts'
import { normalizeAddress } from '../addresses.ts'
import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import { networkOf } from '../network.ts'
import type { Db } from '../store/store.ts'
import type { Account } from './account.ts'
import type { Accounts } from './accounts-interface.ts'
import type { SecondSteps } from './factors/second-step.ts'
import { findByAddress } from './find-by-address.ts'
import type { KnownDevices } from './known-device.ts'
import { linkInvalid, type MailLinks } from './mail-links.ts'
import { accountMails } from './mails.ts'
import { checkNewPassword, type Passwords } from './passwords.ts'
import type { SignIns } from './sign-ins/sign-ins.ts'
import type { Throttle } from './throttle.ts'

interface PasswordChangeDeps {
  db: Db
  clock: Clock
  mailer: Mailer
  mailCounts: Pick<MailCounts, 'countAskedFor'>
  portalUrl: string
  passwords: Passwords
  links: MailLinks
  signIns: SignIns
  devices: KnownDevices
  secondSteps: SecondSteps
  throttle: Throttle
  find: Accounts['find']
  /** Throws `sign-in-failed` or `too-many-requests`. */
  provePassword(accountId: string, password: string, field: string): Promise<Account>
  /** Runs within the transaction of the change, after the sign-ins have ended. */
  endGrants(tx: Db, accountId: string): Promise<void>
  /** Runs after that transaction. */
  onPasswordChanged(): void
}

type Implemented = Pick<
  Accounts,
  'startPasswordReset' | 'findPasswordReset' | 'finishPasswordReset' | 'changePassword'
>

/** A new password ends what the old one opened: other sign-ins, mailed links and the grants of applications. */
export function createPasswordChange(deps: PasswordChangeDeps): Implemented {
  const { db, clock, mailer, portalUrl, passwords, links, signIns, throttle } = deps

  async function setPassword(
    tx: Db,
    { id: accountId, email }: Account,
    change: { passwordHash: string; keepSignInId: string | undefined },
  ): Promise<void> {
    await tx
      .updateTable('account')
      .set({ password_hash: change.passwordHash, password_changed_at: clock.now().getTime() })
      .where('id', '=', accountId)
      .execute()
    // This comes before the sign-ins: a second step in its last moment has become a sign-in by then.
    await deps.secondSteps.endPending(tx, accountId)
    await signIns.endAllBut(tx, accountId, change.keepSignInId)
    // This comes after the sign-ins: a grant from the last moment of a sign-in is in the table by then, and no grant can follow.
    await deps.endGrants(tx, accountId)
    await deps.devices.forgetAll(tx, accountId)
    await links.endAll(tx, accountId)
    await mailer.send(accountMails.passwordChanged(email, portalUrl), tx)
  }

  async function inOneChange(work: (tx: Db) => Promise<void>): Promise<void> {
    await db.transaction().execute(work)
    deps.onPasswordChanged()
  }

  return {
    async startPasswordReset(typed, visitor) {
      const email = normalizeAddress(typed)
      await throttle.count([
        { counted: 'mail-from-address', subject: networkOf(visitor.ip) },
        { counted: 'mail-to', subject: email },
      ])
      await deps.mailCounts.countAskedFor(email)
      // There is one, except for accounts from before addresses had one form. Then each account gets its link.
      for (const account of await findByAddress(db, typed))
        await db.transaction().execute(async (tx) => {
          const token = await links.create(tx, 'reset-password', account.id, {})
          const link = `${portalUrl}/reset/finish?token=${token}`
          await mailer.send(accountMails.resetPassword(account.email, link), tx)
        })
    },
    async findPasswordReset(token) {
      const link = await links.find('reset-password', token)
      const account = link?.accountId === undefined ? undefined : await deps.find(link.accountId)
      return account && { email: account.email }
    },
    async finishPasswordReset(token, newPassword, visitor) {
      const link = await links.find('reset-password', token)
      const account = link?.accountId === undefined ? undefined : await deps.find(link.accountId)
      if (!account) throw linkInvalid()
      checkNewPassword(newPassword, account.email)
      const passwordHash = await passwords.hash(newPassword)
      await inOneChange(async (tx) => {
        await links.redeem(tx, 'reset-password', token)
        await setPassword(tx, account, { passwordHash, keepSignInId: undefined })
      })
      // The reader of the mails has proven one factor, and not both.
      return deps.secondSteps.startOrWait((await deps.find(account.id)) ?? account, visitor, [])
    },
    async changePassword(accountId, current, next, keepSignInId) {
      const account = await deps.provePassword(accountId, current, 'current')
      checkNext(next, current, account.email)
      const passwordHash = await passwords.hash(next)
      await inOneChange((tx) => setPassword(tx, account, { passwordHash, keepSignInId }))
    },
  }
}

function checkNext(next: string, current: string, email: string): void {
  checkNewPassword(next, email)
  if (next === current)
    throw new OnpatientError('invalid-parameter', 'The new password is the same as your current one.', {
      field: 'password',
    })
}
