import { userLinksOf } from './grant-confinement.ts'
import { selectState } from './grant-state.ts'
import { chooseOwnLink, type GrantUser, userOfLink } from './grant-user.ts'
import type { EndDeps, GrantsDeps } from './grants-deps.ts'

export async function findUser(
  { db, practices, forget }: Pick<GrantsDeps, 'db' | 'practices'> & Pick<EndDeps, 'forget'>,
  grantId: string,
): Promise<GrantUser | undefined> {
  const rows = await selectState(db, grantId)
  const link = chooseOwnLink(userLinksOf(rows))
  if (link?.role !== 'proxy' || link.relatedPersonId !== undefined) return userOfLink(link)
  const associations = await practices.listAssociations(rows[0]?.account_id ?? '')
  const association = associations.find(({ id }) => id === link.id)
  const relatedPersonId = association && (await practices.findRelatedPerson(association))
  if (relatedPersonId !== undefined) forget()
  return userOfLink({ ...link, relatedPersonId })
}
