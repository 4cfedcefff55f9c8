import { createHash } from 'node:crypto'
import { type Kysely, SqliteAdapter, sql } from 'kysely'

/**
 * What one record or one patient costs no longer grows with the panel of a practice:
 *
 * - Rows of the search index that are asked for whoever they are about (`by_value`) have an index that begins with the value:
 *   identifiers, names and addresses of patients, and patients who are named otherwise than as subject.
 * - Histories of a type are walked in the order of their changes, and versions are found by the address of their record.
 * - Patients whose records are all deleted leave the panel. They are kept apart, because their history stays readable.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const isSqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const text = isSqlite ? sql`text` : sql`text collate "C"`
  await db.schema
    .alterTable('record_text')
    .addColumn('by_value', 'integer', (c) => c.notNull().defaultTo(0))
    .execute()
  await markRows(db)
  await db.schema
    .createIndex('record_text_by_value')
    .on('record_text')
    .columns(['parameter', 'value', 'patient_id', 'record_no'])
    .where(sql.ref('by_value'), '=', sql.lit(1))
    .execute()
  await db.schema
    .createIndex('record_changed')
    .on('record')
    .columns(['patient_id', 'type', 'last_updated', 'id', 'version_id'])
    .execute()
  await db.schema
    .createIndex('record_version_changed')
    .on('record_version')
    .columns(['patient_id', 'type', 'last_updated', 'id', 'version_id', 'deleted'])
    .execute()
  await db.schema
    .createIndex('record_version_address')
    .on('record_version')
    .columns(['type', 'id', 'version_id', 'patient_id'])
    .execute()
  await db.schema
    .createTable('practice_former_patient')
    .addColumn('practice_id', text, (c) => c.notNull().references('practice.id'))
    .addColumn('patient_id', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('practice_former_patient_pk', ['practice_id', 'patient_id'])
    .execute()
  // Every write about a patient needs it.
  await db.schema
    .createIndex('practice_former_patient_patient')
    .on('practice_former_patient')
    .columns(['patient_id', 'practice_id'])
    .execute()
  await moveDeletedPatients(db)
}

/** The same mark as fhir/search/index-rows.ts sets on new rows. */
export async function markRows(db: Kysely<unknown>): Promise<void> {
  const numberOf = (type: string, code: string) =>
    createHash('sha256').update(`${type} ${code}`).digest().readUIntBE(0, 6)
  const list = (numbers: number[]) => sql.raw(numbers.join(','))
  const ofPatient = ['name', 'family', 'given', 'phone', 'email', 'telecom'].map((code) =>
    numberOf('Patient', code),
  )
  const { rows } = await sql<{ type: string }>`select distinct type from record`.execute(db)
  const identifiers = rows.map(({ type }) => numberOf(type, 'identifier'))
  const subjects = rows.flatMap(({ type }) => [numberOf(type, 'patient'), numberOf(type, 'subject')])
  if (rows.length === 0) return
  await sql`update record_text set by_value = 1 where parameter in (${list([...ofPatient, ...identifiers])})
    or (value >= 'Patient/' and value < 'Patient0' and parameter not in (${list(subjects)}))`.execute(db)
}

export async function moveDeletedPatients(db: Kysely<unknown>): Promise<void> {
  const isGone = sql`not exists (select 1 from record where record.patient_id = panel.patient_id)
    and exists (select 1 from record_version as gone
      where gone.type = 'Patient' and gone.id = panel.patient_id and gone.patient_id = panel.patient_id and gone.deleted = 1)`
  await sql`insert into practice_former_patient (practice_id, patient_id)
    select practice_id, patient_id from practice_patient as panel where ${isGone}`.execute(db)
  await sql`delete from practice_patient where exists (select 1 from practice_former_patient as former
    where former.practice_id = practice_patient.practice_id and former.patient_id = practice_patient.patient_id)`.execute(
    db,
  )
}
