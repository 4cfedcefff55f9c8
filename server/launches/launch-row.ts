import { parseReferences } from '#server/grants/grants.ts'
import type { LaunchTable } from '../store/schema/launches.ts'
import type { Launch } from './launches-interface.ts'

/** After the authorization request the person may sign in and read the consent page. The request itself lives this long. */
export const requestSeconds = 3600

export function toLaunch(row: LaunchTable): Launch {
  return {
    accountId: row.account_id,
    applicationId: row.application_id,
    associationId: row.association_id,
    patientId: row.patient_id,
    encounterId: row.encounter_id ?? undefined,
    intent: row.intent ?? undefined,
    fhirContext: parseReferences(row.fhir_context),
  }
}
