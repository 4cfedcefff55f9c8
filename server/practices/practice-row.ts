import type { AssociationTable, PracticeTable } from '../store/schema/practices.ts'
import type { Association, Practice } from './practices.ts'

export function toPractice(row: Pick<PracticeTable, 'id' | 'name' | 'kind' | 'organization_id'>): Practice {
  return { id: row.id, name: row.name, kind: row.kind, organizationId: row.organization_id }
}

export type AssociationRow = AssociationTable & Pick<PracticeTable, 'name' | 'kind' | 'organization_id'>

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
