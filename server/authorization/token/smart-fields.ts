/**
 * SMART App Launch 2.2, launch context arrives with your access token: the same fields in every answer about a grant,
 * be it for the code, for a refresh token or by introspection.
 * https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
 */
import type { Coverage, Grants } from '#server/grants/grants.ts'
import { smartStylePath } from '../../http/smart-style-path.ts'
import { hasClinicalScope } from '../requested-scopes.ts'

export interface SmartFieldsDeps {
  grants: Pick<Grants, 'findReach'>
  portalUrl: string
}

/** Empty for what the grant reaches no longer. */
export async function findSmartFields(
  grantId: string,
  { grants, portalUrl }: SmartFieldsDeps,
): Promise<Record<string, unknown>> {
  const reach = await grants.findReach(grantId)
  if (!reach) return {}
  const { grant, context } = reach
  // When the person's choice ends it, whatever is refreshed until then.
  const end = grant.expiresAt ? { access_grant_expiration: grant.expiresAt.toISOString() } : {}
  if (!context) return { ...(hasClinicalScope(grant.scopes) ? findOnlyPatient(reach) : {}), ...end }
  return {
    patient: context.patientId,
    ...(context.encounterId === undefined ? {} : { encounter: context.encounterId }),
    ...(context.intent === undefined ? {} : { intent: context.intent }),
    ...(context.fhirContext === undefined ? {} : { fhirContext: context.fhirContext }),
    need_patient_banner: context.needsPatientBanner,
    smart_style_url: `${portalUrl}${smartStylePath}`,
    ...end,
  }
}

/** A classic application did not ask for one patient, but is told whose record it is when there is just one. */
function findOnlyPatient({ patientIds, practiceIds, isBound }: Coverage): { patient?: string } {
  const [patient, another] = patientIds
  if (isBound || patient === undefined || another !== undefined || practiceIds.length > 0) return {}
  return { patient }
}
