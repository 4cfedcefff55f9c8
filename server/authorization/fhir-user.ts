import type { Grants } from '#server/grants/grants.ts'

/**
 * The FHIR resource that stands for the person who gave a grant, as an absolute URL (SMART App Launch 2.2, scopes for
 * requesting identity data); empty when there is none, as for staff. The token of the grant can read it.
 */
export async function findFhirUser(
  grants: Pick<Grants, 'findUser'>,
  grantId: string,
  fhirUrl: string,
): Promise<{ fhirUser?: string }> {
  const user = await grants.findUser(grantId)
  return user === undefined ? {} : { fhirUser: `${fhirUrl}/fhir/r4/${user.type}/${user.id}` }
}
