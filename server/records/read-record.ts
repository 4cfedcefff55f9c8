import { sql } from 'kysely'
import { canBeAboutNobody, canBeAboutPatient } from '#fhir/compartment/compartment.ts'
import type { Confinement } from '../confinement.ts'
import { preparedQuery } from '../store/prepared-query.ts'
import { readByKey, sqlText } from '../store/statement.ts'
import type { Db } from '../store/store.ts'
import { isCited } from './citations.ts'
import { isConfined } from './confinement-conditions.ts'

/** The JSON of one record, or undefined when it is absent or outside; the two look the same. */
export async function readRecord(
  db: Db,
  confinement: Confinement,
  type: string,
  id: string,
): Promise<string | undefined> {
  const found = canBeAboutPatient(type) ? await readAboutPatient(db, confinement, type, id) : undefined
  return found ?? (canBeAboutNobody(type) ? await readAboutNobody(db, confinement, type, id) : undefined)
}

/** The most common read: an app reads a record of its one patient. */
const readOfPatient = preparedQuery((db, patientId: string, type: string, id: string) =>
  // uses record_pk
  db
    .selectFrom('record')
    .select('content')
    .where('patient_id', '=', patientId)
    .where('type', '=', type)
    .where('id', '=', id),
)

async function readAboutPatient(db: Db, confinement: Confinement, type: string, id: string) {
  const [only, another] = confinement.patientIds
  if (only !== undefined && another === undefined && confinement.practiceIds.length === 0)
    return (await readOfPatient(db, only, type, id))[0]?.content
  // Uses record_pk when patients are named. For a panel it uses record_address, and then practice_patient_pk for the row that
  // is found.
  const [row] = await readByKey<{ content: string }>(
    db,
    sqlText`select content from record where record.type = ${type} and record.id = ${id}
      and ${isConfined('record.patient_id', confinement)} limit 1`,
  )
  return row?.content
}

/** The address of a record about nobody. Uses record_pk. */
const readOfNobody = preparedQuery((db, type: string, id: string) =>
  db
    .selectFrom('record')
    .select(['content', 'practice_id'])
    .where('patient_id', '=', sql.lit(''))
    .where('type', '=', type)
    .where('id', '=', id),
)

async function readAboutNobody(db: Db, confinement: Confinement, type: string, id: string) {
  const [row] = await readOfNobody(db, type, id)
  if (!row) return undefined
  if (confinement.practiceIds.includes(row.practice_id)) return row.content
  return (await isCited(db, confinement, type, id)) ? row.content : undefined
}
