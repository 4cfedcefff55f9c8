import { type Role, reachesPanel } from '#server/practices/practices.ts'
import type { Db } from '../store/store.ts'
import type { GrantConfinement } from './grant.ts'
import type { UserLink } from './grant-user.ts'

export interface ConfinementRow {
  association_id: string | null
  role: Role | null
  patient_id: string | null
  practice_id: string | null
  practitioner_id: string | null
  related_person_id: string | null
  associated_at: number | null
  /** Set when a practice approved the grant for a backend service. */
  approving_practice_id: string | null
  /** Set when the grant is about one patient. */
  bound_patient_id: string | null
  reaches_panel: number | null
  /** The patient whom the grant is about, when the panel of the row's practice has them. */
  panel_patient_id: string | null
}

/**
 * Grants with what they cover now. They are joined by primary key to the associations that are still open. A grant that is about one
 * patient is also joined to the panel that must still have the patient. Each association that was given is a row.
 */
export function selectConfinement(db: Db) {
  return db
    .selectFrom('grant')
    .leftJoin('grant_association', 'grant_association.grant_id', 'grant.id')
    .leftJoin('association', (join) =>
      join
        .onRef('association.id', '=', 'grant_association.association_id')
        .on('association.ended_at', 'is', null),
    )
    .leftJoin('grant_context', 'grant_context.grant_id', 'grant.id')
    .leftJoin('practice_patient', (join) =>
      join
        .onRef('practice_patient.practice_id', '=', 'association.practice_id')
        .onRef('practice_patient.patient_id', '=', 'grant_context.patient_id'),
    )
    .select([
      'association.id as association_id',
      'association.role',
      'association.patient_id',
      'association.practice_id',
      'association.practitioner_id',
      'association.related_person_id',
      'association.created_at as associated_at',
      'grant.practice_id as approving_practice_id',
      'grant_context.patient_id as bound_patient_id',
      'grant_context.reaches_panel',
      'practice_patient.patient_id as panel_patient_id',
    ])
}

/** Patients and proxies reach a compartment. Providers and staff reach a whole panel. Nothing else counts. */
export function confinementOf(rows: ConfinementRow[]): GrantConfinement {
  const approving = rows[0]?.approving_practice_id ?? undefined
  if (approving !== undefined) return { patientIds: [], practiceIds: [approving], isBound: false }
  const patients = rows.filter((row) => row.role === 'patient' || row.role === 'proxy')
  const panels = rows.filter(reachesPanel)
  const patientIds = [...new Set(patients.flatMap((row) => row.patient_id ?? []))]
  const practiceIds = [...new Set(panels.flatMap((row) => row.practice_id ?? []))]
  const bound = rows[0]?.bound_patient_id ?? undefined
  if (bound === undefined) return { patientIds, practiceIds, isBound: false }
  const isReached = patientIds.includes(bound) || panels.some((row) => row.panel_patient_id === bound)
  return {
    patientIds: isReached ? [bound] : [],
    practiceIds: rows[0]?.reaches_panel === 1 ? practiceIds : [],
    isBound: true,
  }
}

/** The practices of the open associations of a grant, or the practice that approved it. */
export function keepingPracticesOf(rows: readonly ConfinementRow[]): string[] {
  return [...new Set(rows.flatMap((row) => row.approving_practice_id ?? row.practice_id ?? []))]
}

/** The open associations of a grant that a person gave. */
export function userLinksOf(rows: readonly ConfinementRow[]): UserLink[] {
  return rows.flatMap(({ association_id, role, practice_id, ...row }) =>
    association_id === null || role === null || practice_id === null || row.approving_practice_id !== null
      ? []
      : [
          {
            id: association_id,
            role,
            practiceId: practice_id,
            patientId: row.patient_id ?? undefined,
            practitionerId: row.practitioner_id ?? undefined,
            relatedPersonId: row.related_person_id ?? undefined,
            createdAt: new Date(row.associated_at ?? 0),
          },
        ],
  )
}
