import type { Accounts } from '#server/accounts/accounts.ts'
import type { MailStops, Outbox, SandboxOutbox } from '#server/mail/mail.ts'
import type { Admission, Practices } from '#server/practices/practices.ts'

export interface AccountPagesDeps {
  accounts: Accounts
  practices: Practices
  admission: Admission
  /** The development stand-in for a mail server; undefined when mails really leave. */
  outbox: Outbox | undefined
  mailStops: MailStops
  /** Mails of sandboxes that never leave; undefined where none does. */
  sandboxOutbox: SandboxOutbox | undefined
  /** The origin of the portal: only links to it become clickable in the outbox. */
  portalUrl: string
  /** Whether cookies are `Secure` and carry the `__Host-` prefix. */
  isSecure: boolean
  isProduction: boolean
}
