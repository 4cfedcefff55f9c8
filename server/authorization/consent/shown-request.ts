import type { Access } from '#server/access/access.ts'
import type { Accounts } from '#server/accounts/accounts.ts'
import type { SignedIn } from '#server/http/browser.ts'
import type { Practices } from '#server/practices/practices.ts'
import type { Records } from '#server/records/records.ts'
import type { ConsentFault } from './consent-choice.ts'
import type { RequestSubject } from './consent-subject.ts'
import type { Pending } from './pending-request.ts'

export interface ConsentViewsDeps {
  access: Pick<Access, 'openForAccount'>
  accounts: Pick<Accounts, 'find'>
  practices: Pick<Practices, 'listReachable' | 'listWaiting' | 'listAssociations'>
  records: Pick<Records, 'read' | 'list'>
  isProduction: boolean
}

/** A request with what its page shows. */
export interface Shown {
  pending: Pending
  signedIn: SignedIn
  /** The patient, when a launch or a choice has fixed them. */
  subject?: RequestSubject | undefined
  fault?: ConsentFault | undefined
  /** The form that was sent to the picker or to the consent page. */
  form?: Record<string, unknown> | undefined
}

/** The address to which the forms of the pages are sent. */
export function actionOf({ interaction }: Pending): string {
  return `/o/interaction/${interaction.uid}`
}

/** The host of the redirect URI. For a program of the person's device it is the scheme, by which the device finds the program. */
export function hostOf(redirectUri: string): string {
  const { host, protocol } = new URL(redirectUri)
  return /^https?:$/.test(protocol) ? host : protocol.slice(0, -1)
}
