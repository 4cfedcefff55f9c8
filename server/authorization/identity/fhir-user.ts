import type { Grants } from '#server/grants/grants.ts'
import type { Records } from '#server/records/records.ts'

export interface FhirUserDeps {
  grants: Pick<Grants, 'findUser'>
  records: Pick<Records, 'read'>
  fhirUrl: string
}

/**
 * The FHIR resource that stands for the person who gave a grant, as an absolute URL (SMART App Launch 2.2, scopes for
 * requesting identity data). Empty when there is none, as for staff. The token of the grant can read the resource.
 */
export async function findFhirUser(
  grantId: string,
  { grants, records, fhirUrl }: FhirUserDeps,
): Promise<{ fhirUser?: string }> {
  const user = await grants.findUser(grantId)
  if (user === undefined) return {}
  const { type, id, confinement } = user
  // A practice may have deleted its record of a provider or proxy. Then there is no address to give.
  if (type !== 'Patient' && (await records.read(confinement, type, id)) === undefined) return {}
  return { fhirUser: `${fhirUrl}/fhir/r4/${type}/${id}` }
}
