import { z } from 'zod'
import type { MailCounts, Mailer } from '#server/mail/mail.ts'
import { checkAddress } from '../addresses.ts'
import { OnpatientError } from '../errors.ts'
import type { Db } from '../store/store.ts'
import { isDuplicate } from '../store/transaction.ts'
import type { Account } from './account.ts'
import { toAccount } from './account-row.ts'
import type { Accounts } from './accounts-interface.ts'
import type { SecondSteps } from './factors/second-step.ts'
import type { KnownDevices } from './known-device.ts'
import { linkInvalid, type MailLinks } from './mail-links.ts'
import { accountMails } from './mails.ts'
import type { SignIns } from './sign-ins/sign-ins.ts'
import type { Throttle } from './throttle.ts'

interface EmailChangeDeps {
  db: Db
  mailer: Mailer
  mailCounts: Pick<MailCounts, 'countAskedFor'>
  portalUrl: string
  links: MailLinks
  signIns: SignIns
  devices: KnownDevices
  secondSteps: SecondSteps
  throttle: Throttle
  findByEmail: Accounts['findByEmail']
  /** Throws `sign-in-failed` or `too-many-requests`. */
  provePassword(accountId: string, password: string, field: string): Promise<Account>
  onProfileChanged: ((accountId: string) => Promise<void>) | undefined
}

const waiting = z.object({ email: z.string() })

/** A new address counts when the account has opened a link mailed to it. The old address gets a mail about the request and about the change. */
export function createEmailChange(
  deps: EmailChangeDeps,
): Pick<Accounts, 'startEmailChange' | 'findEmailChange' | 'finishEmailChange'> {
  const { db, mailer, mailCounts, portalUrl, links, throttle, findByEmail, provePassword } = deps
  return {
    async startEmailChange(accountId, password, newEmail) {
      const email = checkAddress(newEmail, 'email')
      const account = await provePassword(accountId, password, 'password')
      if (email === account.email)
        throw new OnpatientError('invalid-parameter', 'This is your address already.', {
          field: 'email',
        })
      await throttle.count([
        { counted: 'mail-from-account', subject: accountId },
        { counted: 'mail-to', subject: email },
      ])
      await mailCounts.countAskedFor(email)
      // The owner of the address gets a mail. The person who asks does not learn that it is taken.
      const owner = await findByEmail(email)
      const isTaken = owner !== undefined && owner.id !== accountId
      await db.transaction().execute(async (tx) => {
        if (isTaken) await mailer.send(accountMails.addressAlreadyUsed(email), tx)
        else {
          const token = await links.create(tx, 'change-email', accountId, { email })
          const link = `${portalUrl}/account/email/confirm?token=${token}`
          await mailer.send(accountMails.confirmAddress(email, link), tx)
        }
        await mailer.send(accountMails.addressChanging(account.email, portalUrl), tx)
      })
    },
    async findEmailChange(token) {
      const link = await links.find('change-email', token)
      return link?.accountId === undefined
        ? undefined
        : { accountId: link.accountId, email: waiting.parse(link.payload).email }
    },
    async finishEmailChange(token, { accountId, isTwoStep }, visitor) {
      const signedIn = await db.transaction().execute(async (tx) => {
        const link = await links.redeem(tx, 'change-email', token)
        if (link.accountId !== accountId) throw linkInvalid()
        const { email } = waiting.parse(link.payload)
        const old = await tx
          .selectFrom('account')
          .select('email')
          .where('id', '=', accountId)
          .executeTakeFirst()
        const account = await setAddress(tx, accountId, email)
        await deps.secondSteps.endPending(tx, accountId)
        await deps.signIns.endAllBut(tx, accountId, undefined)
        await deps.devices.forgetAll(tx, accountId)
        // A reset link in the old mailbox must not open the account any more.
        await links.endAll(tx, accountId)
        await mailer.send(accountMails.addressChanged(old?.email ?? email, portalUrl), tx)
        return deps.signIns.start(account, visitor, { isTwoStep }, tx)
      })
      await deps.onProfileChanged?.(accountId)
      return signedIn
    },
  }
}

/** Throws `email-taken`. */
async function setAddress(tx: Db, accountId: string, email: string): Promise<Account> {
  const taken = await tx.selectFrom('account').select('id').where('email', '=', email).executeTakeFirst()
  if (taken) throw emailTaken()
  const row = await tx
    .updateTable('account')
    .set({ email })
    .where('id', '=', accountId)
    .returningAll()
    .executeTakeFirst()
    .catch(throwTaken)
  if (!row) throw linkInvalid()
  return toAccount(row)
}

function emailTaken(): OnpatientError {
  return new OnpatientError('email-taken', 'Another account uses this e-mail address.')
}

/** Somebody else took the address between the look and the write. */
function throwTaken(error: unknown): never {
  throw isDuplicate(error) ? emailTaken() : error
}
