import type { Accounts } from '#server/accounts/accounts.ts'
import type { MailStops, Outbox, SandboxOutbox } from '#server/mail/mail.ts'
import type { Admission, Practices } from '#server/practices/practices.ts'

export interface AccountPagesDeps {
  accounts: Accounts
  practices: Practices
  admission: Admission
  /** Replaces a mail server in development; undefined when mails really leave. */
  outbox: Outbox | undefined
  mailStops: MailStops
  /** Mails of sandboxes that never leave; undefined where no mail leaves the server. */
  sandboxOutbox: SandboxOutbox | undefined
  /** The origin of the portal. In the outbox, only addresses that begin with it become links. */
  portalUrl: string
  /** Whether cookies are `Secure` and carry the `__Host-` prefix. */
  isSecure: boolean
  isProduction: boolean
}
