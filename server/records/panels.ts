import type { Transaction } from 'kysely'
import type { Schema } from '../store/schema/schema.ts'
import { chunked } from './chunked.ts'

/** Which practices keep the patients of a batch, and which patients join. */
export interface Panels {
  /** Whether the patient is kept, but not by this practice. A patient whom nobody keeps is free to join. */
  isForeign(practiceId: string, patientId: string): boolean
  join(practiceId: string, patientIds: string[]): void
  joined: Array<{ practice_id: string; patient_id: string }>
}

export async function findPanels(trx: Transaction<Schema>, patientIds: string[]): Promise<Panels> {
  const keepers = new Map<string, Set<string>>()
  for (const ids of chunked([...new Set(patientIds)], 1000)) {
    // uses practice_patient_patient
    const rows = await trx
      .selectFrom('practice_patient')
      .select(['practice_id', 'patient_id'])
      .where('patient_id', 'in', ids)
      .execute()
    for (const row of rows) addTo(keepers, row.patient_id, row.practice_id)
  }
  const joined: Panels['joined'] = []
  return {
    joined,
    isForeign(practiceId, patientId) {
      const known = keepers.get(patientId)
      return known !== undefined && !known.has(practiceId)
    },
    join(practiceId, joining) {
      for (const patientId of joining) {
        if (keepers.get(patientId)?.has(practiceId)) continue
        addTo(keepers, patientId, practiceId)
        joined.push({ practice_id: practiceId, patient_id: patientId })
      }
    },
  }
}

export async function addToPanels(trx: Transaction<Schema>, { joined }: Panels): Promise<void> {
  for (const rows of chunked(joined, 1000)) await trx.insertInto('practice_patient').values(rows).execute()
}

function addTo(keepers: Map<string, Set<string>>, patientId: string, practiceId: string): void {
  const known = keepers.get(patientId)
  if (known) known.add(practiceId)
  else keepers.set(patientId, new Set([practiceId]))
}
