import type { Practice } from './practice.ts'
import { toPractice } from './practice-row.ts'
import type { PracticesDeps } from './practices-deps.ts'

export async function findPractice(
  { db }: Pick<PracticesDeps, 'db'>,
  practiceId: string,
): Promise<Practice | undefined> {
  const row = await db.selectFrom('practice').selectAll().where('id', '=', practiceId).executeTakeFirst()
  return row && toPractice(row)
}

/** All practices of the server, which the command line names. No request lists them. */
export async function listPractices({ db }: Pick<PracticesDeps, 'db'>): Promise<Practice[]> {
  const rows = await db.selectFrom('practice').selectAll().orderBy('created_at').orderBy('id').execute()
  return rows.map(toPractice)
}

export async function listPracticesOf(
  { db }: Pick<PracticesDeps, 'db'>,
  patientId: string,
): Promise<Practice[]> {
  const rows = await db
    .selectFrom('practice')
    .innerJoin('practice_patient', 'practice_patient.practice_id', 'practice.id')
    .selectAll('practice')
    .where('practice_patient.patient_id', '=', patientId)
    .orderBy('practice.created_at')
    .execute()
  return rows.map(toPractice)
}

export async function addPatients(
  { db }: Pick<PracticesDeps, 'db'>,
  { practiceId, patientIds }: { practiceId: string; patientIds: readonly string[] },
): Promise<void> {
  if (patientIds.length === 0) return
  await db
    .insertInto('practice_patient')
    .values(patientIds.map((patientId) => ({ practice_id: practiceId, patient_id: patientId })))
    .onConflict((conflict) => conflict.columns(['practice_id', 'patient_id']).doNothing())
    .execute()
}
