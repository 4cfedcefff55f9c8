import type { Practices } from '#server/practices/practices.ts'

/**
 * The FHIR resource that stands for the signed-in person, as an absolute URL (SMART App Launch 2.2, scopes for
 * requesting identity data); empty when there is none.
 */
export async function findFhirUser(
  practices: Pick<Practices, 'listAssociations'>,
  accountId: string,
  fhirUrl: string,
): Promise<{ fhirUser?: string }> {
  const associations = await practices.listAssociations(accountId)
  const asProvider = associations.find((each) => each.practitionerId !== undefined)
  const asPatient = associations.find((each) => each.role === 'patient')
  const reference = asProvider
    ? `Practitioner/${asProvider.practitionerId}`
    : asPatient && `Patient/${asPatient.patientId}`
  return reference === undefined ? {} : { fhirUser: `${fhirUrl}/onpatient_api/fhir/${reference}` }
}
