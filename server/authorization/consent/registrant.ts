import type { Accounts } from '#server/accounts/accounts.ts'
import type { Application } from '#server/applications/applications.ts'
import { type Association, type Practices, reachesPanel } from '#server/practices/practices.ts'
import { keeperEmail } from '../authorize/untrusted-redirects.ts'

/** The person who registered an application, as the person who is asked for access sees it. */
export type Registrant =
  | { kind: 'self' }
  /** Somebody who works at a practice to which the person belongs. */
  | { kind: 'practice'; name: string; practiceName: string }
  | { kind: 'developer'; name: string }
  /** The application came by dynamic registration, without an account. */
  | { kind: 'nobody' }

interface RegistrantDeps {
  accounts: Pick<Accounts, 'find'>
  practices: Pick<Practices, 'listAssociations'>
}

/** `associations` are those of the person who is asked. */
export async function findRegistrant(
  { ownerAccountId }: Application,
  accountId: string,
  associations: readonly Association[],
  { accounts, practices }: RegistrantDeps,
): Promise<Registrant> {
  if (ownerAccountId === accountId) return { kind: 'self' }
  const owner = await accounts.find(ownerAccountId)
  if (!owner || owner.email === keeperEmail) return { kind: 'nobody' }
  const mine = new Set(associations.map(({ practice }) => practice.id))
  const work = (await practices.listAssociations(owner.id)).find(
    (each) => reachesPanel(each) && mine.has(each.practice.id),
  )
  const name = owner.displayName
  return work ? { kind: 'practice', name, practiceName: work.practice.name } : { kind: 'developer', name }
}
