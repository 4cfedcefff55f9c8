import { z } from 'zod'
import type { MailCounts, Mailer } from '#server/mail/mail.ts'
import { checkAddress } from '../addresses.ts'
import { networkOf } from '../network.ts'
import type { Db } from '../store/store.ts'
import type { Account } from './account.ts'
import { checkDisplayName } from './account-row.ts'
import type { Accounts } from './accounts-interface.ts'
import { linkInvalid, type MailLinks } from './mail-links.ts'
import { accountMails } from './mails.ts'
import { checkNewPassword, type Passwords } from './passwords.ts'
import type { SignIns } from './sign-ins/sign-ins.ts'
import type { Throttle } from './throttle.ts'

interface SignUpDeps {
  db: Db
  mailer: Mailer
  mailCounts: Pick<MailCounts, 'countAskedFor'>
  portalUrl: string
  passwords: Passwords
  links: MailLinks
  signIns: SignIns
  throttle: Throttle
  findByEmail: Accounts['findByEmail']
  /** Undefined when the address has an account already. */
  insert(
    tx: Db,
    account: { email: string; displayName: string; passwordHash: string },
  ): Promise<Account | undefined>
}

const intents = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('practice'), practiceName: z.string(), invitation: z.string().optional() }),
  z.object({ kind: z.literal('developer'), invitation: z.string().optional() }),
  z.object({ kind: z.literal('person') }),
])

/**
 * The data of a sign-up that waits for its link. There is no account before the address is proven. The password is chosen behind the link,
 * because nobody knows who fills in the form.
 */
const waiting = z.object({
  email: z.string(),
  displayName: z.string(),
  intent: intents,
})

/** Sign-up by a mailed link. The form creates nothing, so nobody can take an address of somebody else. */
export function createSignUp(
  deps: SignUpDeps,
): Pick<Accounts, 'startSignUp' | 'findSignUp' | 'finishSignUp'> {
  const { db, mailer, mailCounts, portalUrl, passwords, links, signIns, throttle, findByEmail, insert } = deps
  return {
    async startSignUp({ email: typed, displayName: name, intent, visitor }) {
      const email = checkAddress(typed, 'email')
      const displayName = checkDisplayName(name)
      await throttle.count([
        { counted: 'mail-from-address', subject: networkOf(visitor.ip) },
        { counted: 'mail-to', subject: email },
      ])
      await mailCounts.countAskedFor(email)
      if (await findByEmail(email)) {
        await mailer.send(accountMails.signUpWithKnownAddress(email, portalUrl))
        return
      }
      await db.transaction().execute(async (tx) => {
        const payload = { email, displayName, intent }
        const token = await links.create(tx, 'finish-sign-up', undefined, payload)
        await mailer.send(accountMails.finishSignUp(email, `${portalUrl}/signup/finish?token=${token}`), tx)
      })
    },
    async findSignUp(token) {
      const link = await links.find('finish-sign-up', token)
      if (!link) return undefined
      const { email, displayName, intent } = waiting.parse(link.payload)
      return { email, displayName, intent }
    },
    async finishSignUp(token, password, visitor) {
      const link = await links.find('finish-sign-up', token)
      if (!link) throw linkInvalid()
      checkNewPassword(password, waiting.parse(link.payload).email)
      const passwordHash = await passwords.hash(password)
      const { account, intent } = await db.transaction().execute(async (tx) => {
        const { payload } = await links.redeem(tx, 'finish-sign-up', token)
        const { email, displayName, intent: kind } = waiting.parse(payload)
        const created = await insert(tx, { email, displayName, passwordHash })
        // Two links were mailed, and the other one was opened first.
        if (!created) throw linkInvalid()
        return { account: created, intent: kind }
      })
      return { ...(await signIns.start(account, visitor, { isTwoStep: false })), intent }
    },
  }
}
