import type { Transaction } from 'kysely'
import { compartmentOfPractice } from '#fhir/compartment/compartment.ts'
import type { Schema } from '../store/schema/schema.ts'
import { chunked } from './chunked.ts'

/** Which practices keep the patients of a batch, and which patients join. */
export interface Panels {
  /** Whether the patient is kept, but not by this practice. A patient whom nobody keeps is free to join. */
  isForeign(practiceId: string, patientId: string): boolean
  join(practiceId: string, patientIds: string[]): void
  /**
   * Writes as much when nobody joins as when somebody does, so that the time does not show whether a patient is another
   * practice's.
   */
  pretendToJoin(practiceId: string): void
  joined: Array<{ practice_id: string; patient_id: string }>
}

export async function findPanels(trx: Transaction<Schema>, patientIds: string[]): Promise<Panels> {
  const present = new Map<string, Set<string>>()
  // A patient who has left is still kept. A write about that patient must not put the history onto another panel.
  const former = new Map<string, Set<string>>()
  for (const ids of chunked([...new Set(patientIds)], 1000)) {
    // uses practice_patient_patient
    const rows = await trx
      .selectFrom('practice_patient')
      .select(['practice_id', 'patient_id'])
      .where('patient_id', 'in', ids)
      .execute()
    for (const row of rows) addTo(present, row.patient_id, row.practice_id)
    // uses practice_former_patient_patient
    const left = await trx
      .selectFrom('practice_former_patient')
      .select(['practice_id', 'patient_id'])
      .where('patient_id', 'in', ids)
      .execute()
    for (const row of left) addTo(former, row.patient_id, row.practice_id)
  }
  const joined: Panels['joined'] = []
  return {
    joined,
    isForeign(practiceId, patientId) {
      const known = present.get(patientId) ?? former.get(patientId)
      return known !== undefined && !known.has(practiceId)
    },
    pretendToJoin(practiceId) {
      joined.push({ practice_id: practiceId, patient_id: compartmentOfPractice(practiceId) })
    },
    join(practiceId, joining) {
      for (const patientId of joining) {
        if (present.get(patientId)?.has(practiceId)) continue
        addTo(present, patientId, practiceId)
        joined.push({ practice_id: practiceId, patient_id: patientId })
      }
    },
  }
}

export async function addToPanels(trx: Transaction<Schema>, { joined }: Panels): Promise<void> {
  for (const rows of chunked(joined, 1000)) {
    await trx
      .insertInto('practice_patient')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    await trx
      .deleteFrom('practice_former_patient')
      .where(
        'patient_id',
        'in',
        rows.map(({ patient_id }) => patient_id),
      )
      .where('practice_id', 'in', [...new Set(rows.map(({ practice_id }) => practice_id))])
      .execute()
  }
}

function addTo(keepers: Map<string, Set<string>>, patientId: string, practiceId: string): void {
  const known = keepers.get(patientId)
  if (known) known.add(practiceId)
  else keepers.set(patientId, new Set([practiceId]))
}

/** Patients without any record leave the panels. A read of their history still finds them among the former patients. */
export async function leavePanels(trx: Transaction<Schema>, patientIds: readonly string[]): Promise<void> {
  for (const patientId of new Set(patientIds)) {
    if (patientId === '') continue
    // uses record_pk
    const left = await trx
      .selectFrom('record')
      .select('type')
      .where('patient_id', '=', patientId)
      .limit(1)
      .executeTakeFirst()
    if (left) continue
    await trx
      .insertInto('practice_former_patient')
      .columns(['practice_id', 'patient_id'])
      .expression(
        trx
          .selectFrom('practice_patient')
          .select(['practice_id', 'patient_id'])
          .where('patient_id', '=', patientId),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    await trx.deleteFrom('practice_patient').where('patient_id', '=', patientId).execute()
  }
}
