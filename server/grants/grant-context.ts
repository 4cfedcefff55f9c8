/** What a launch fixed for a grant: https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html */
import type { GrantContextTable } from '../store/schema/launches.ts'

/** Another record that the application is opened with, beside patient and encounter. */
export interface ContextReference {
  /** `Type/id`. */
  reference: string
  role?: string | undefined
}

export interface GrantContext {
  /** The one patient whom the grant is about. */
  patientId: string
  encounterId?: string | undefined
  /** The purpose for which the application was opened, as a word that both sides know. */
  intent?: string | undefined
  fhirContext?: readonly ContextReference[] | undefined
  /** The application must itself show whose record it is about. */
  needsPatientBanner: boolean
  /** Whether the person let `user` scopes reach the panel of the practice. Otherwise they are about the one patient, too. */
  reachesPanel: boolean
}

export function toContextRow(grantId: string, context: GrantContext): GrantContextTable {
  return {
    grant_id: grantId,
    patient_id: context.patientId,
    encounter_id: context.encounterId ?? null,
    intent: context.intent ?? null,
    fhir_context: formatReferences(context.fhirContext),
    need_patient_banner: context.needsPatientBanner ? 1 : 0,
    reaches_panel: context.reachesPanel ? 1 : 0,
  }
}

export function toContext(row: Omit<GrantContextTable, 'grant_id'>): GrantContext {
  return {
    patientId: row.patient_id,
    encounterId: row.encounter_id ?? undefined,
    intent: row.intent ?? undefined,
    fhirContext: parseReferences(row.fhir_context),
    needsPatientBanner: row.need_patient_banner === 1,
    reachesPanel: row.reaches_panel === 1,
  }
}

export function formatReferences(references: readonly ContextReference[] = []): string | null {
  return references.length === 0 ? null : JSON.stringify(references)
}

export function parseReferences(text: string | null): ContextReference[] | undefined {
  return text === null ? undefined : (JSON.parse(text) as ContextReference[])
}
