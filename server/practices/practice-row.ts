import type { Selectable } from 'kysely'
import type { AssociationTable, PracticeTable } from '../store/schema/practices.ts'
import type { Association, Practice } from './practice.ts'

/** The columns of its practice that a row has. */
export type PracticeColumns = Pick<
  Selectable<PracticeTable>,
  'name' | 'kind' | 'organization_id' | 'requires_second_step'
>

export const practiceColumns = [
  'practice.name',
  'practice.kind',
  'practice.organization_id',
  'practice.requires_second_step',
] as const

export function toPractice(row: PracticeColumns & { id: string }): Practice {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    organizationId: row.organization_id,
    requiresSecondStep: row.requires_second_step === 1,
  }
}

export type AssociationRow = AssociationTable & PracticeColumns

export function toAssociation(row: AssociationRow): Association {
  return {
    id: row.id,
    accountId: row.account_id,
    practice: toPractice({ ...row, id: row.practice_id }),
    role: row.role,
    patientId: row.patient_id ?? undefined,
    practitionerId: row.practitioner_id ?? undefined,
    relatedPersonId: row.related_person_id ?? undefined,
    relationship: row.relationship,
    createdAt: new Date(row.created_at),
  }
}
