import type { MailCounts, Mailer } from '#server/mail/mail.ts'
import type { Clock } from '../clock.ts'
import type { Limits } from '../limits.ts'
import type { Random } from '../secrets.ts'
import type { Db } from '../store/store.ts'
import type { Account } from './account.ts'
import type { PasswordCost } from './passwords.ts'

export interface AccountsDeps {
  db: Db
  clock: Clock
  random: Random
  mailer: Mailer
  mailCounts: Pick<MailCounts, 'countAskedFor'>
  limits: Limits
  portalUrl: string
  /** Seals the secrets of authenticator apps. */
  factorKey: string
  /** Ends the grants of the account, within the transaction that changes its password. */
  endGrants(tx: Db, accountId: string): Promise<void>
  /** Runs after that transaction. What tokens opened is forgotten then. */
  onPasswordChanged(): void
  /**
   * Ends associations, applications and grants of the account, within the transaction that closes it. Throws when the account has to
   * stay.
   */
  endWhatItHas(tx: Db, account: Account): Promise<void>
  /** Runs after that transaction. It must not throw. */
  onClosed(accountId: string): Promise<void>
  /** Brings up to date what repeats the name or the address of the account. It must not throw: the change has been made. */
  onProfileChanged?(accountId: string): Promise<void>
  passwordCost?: PasswordCost
}
