import type { Association } from '#server/practices/practices.ts'
import type { Confinement } from '../confinement.ts'

/** An association through which a grant was given. */
export type UserLink = Pick<
  Association,
  'id' | 'role' | 'patientId' | 'practitionerId' | 'relatedPersonId' | 'createdAt'
> & { practiceId: string }

/** The record of the person who gave a grant, and the confinement in which it is read. */
export interface GrantUser {
  type: 'Practitioner' | 'Patient' | 'RelatedPerson'
  id: string
  confinement: Confinement
}

/**
 * The association by which an account is somebody in the records (SMART App Launch 2.2, scopes for requesting identity data). For a
 * grant, only the associations of that grant count: a person who gave an app only a child's record is a related person there, and may be
 * a patient or a provider elsewhere.
 */
export function chooseOwnLink<Link extends Omit<UserLink, 'practiceId'>>(
  links: readonly Link[],
): Link | undefined {
  const inOrder = links.toSorted(
    (a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1),
  )
  return (
    inOrder.find(({ role, practitionerId }) => role === 'provider' && practitionerId !== undefined) ??
    inOrder.find(({ role, patientId }) => role === 'patient' && patientId !== undefined) ??
    inOrder.find(({ role, patientId }) => role === 'proxy' && patientId !== undefined)
  )
}

/** The record that a link names. Undefined for a proxy whose record is not written yet. */
export function userOfLink(link: UserLink | undefined): GrantUser | undefined {
  if (link === undefined) return undefined
  const { role, patientId, practitionerId, relatedPersonId, practiceId } = link
  if (role === 'provider' && practitionerId !== undefined)
    return {
      type: 'Practitioner',
      id: practitionerId,
      confinement: { patientIds: [], practiceIds: [practiceId] },
    }
  if (patientId === undefined) return undefined
  const confinement = { patientIds: [patientId], practiceIds: [] }
  if (role === 'patient') return { type: 'Patient', id: patientId, confinement }
  return role === 'proxy' && relatedPersonId !== undefined
    ? { type: 'RelatedPerson', id: relatedPersonId, confinement }
    : undefined
}
