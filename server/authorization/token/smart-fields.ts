/**
 * SMART App Launch 2.2, launch context arrives with your access token. Every answer about a grant has the same fields: for the code, for a
 * refresh token and by introspection.
 * https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
 */
import type { GrantConfinement, Grants } from '#server/grants/grants.ts'
import { smartStylePath } from '../../http/smart-style-path.ts'
import { hasClinicalScope } from '../requested-scopes.ts'

export interface SmartFieldsDeps {
  grants: Pick<Grants, 'findState'>
  portalUrl: string
}

/** Empty for a grant that does not exist. A patient whom the grant does not reach any more is left out. */
export async function findSmartFields(
  grantId: string,
  { grants, portalUrl }: SmartFieldsDeps,
): Promise<Record<string, unknown>> {
  const state = await grants.findState(grantId)
  if (!state) return {}
  const { grant, context } = state
  // The end that the person chose. No refresh goes beyond it.
  const end = grant.expiresAt ? { access_grant_expiration: grant.expiresAt.toISOString() } : {}
  if (!context) return { ...(hasClinicalScope(grant.scopes) ? findOnlyPatient(state) : {}), ...end }
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

/** A classic application does not ask for one patient. When there is just one, the answer names the patient. */
function findOnlyPatient({ patientIds, practiceIds, isBound }: GrantConfinement): { patient?: string } {
  const [patient, another] = patientIds
  if (isBound || patient === undefined || another !== undefined || practiceIds.length > 0) return {}
  return { patient }
}
