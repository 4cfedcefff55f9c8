import { sql } from 'kysely'
import { canBeAboutNobody, canBeAboutPatient } from '#fhir/compartment/compartment.ts'
import type { Confinement } from '../confinement.ts'
import { asExpression, readQuery } from '../store/statement.ts'
import type { Db } from '../store/store.ts'
import { citedIds } from './citations.ts'
import { isAmongConfined, isConfined } from './confinement-conditions.ts'
import type { ListQuery } from './list-query.ts'
import { coversSeveral } from './list-sources.ts'
import { matchesQuery } from './record-filters.ts'

/** How many records of a list there are in all, each counted once. */
export async function countRecords(db: Db, confinement: Confinement, query: ListQuery): Promise<number> {
  const aboutPatients = canBeAboutPatient(query.type) ? await countAboutPatients(db, confinement, query) : 0
  const aboutNobody = canBeAboutNobody(query.type) ? await countAboutNobody(db, confinement, query) : 0
  return aboutPatients + aboutNobody
}

async function countAboutPatients(db: Db, confinement: Confinement, query: ListQuery): Promise<number> {
  // Without dates record_pk, with dates record_date: both answer without touching the records.
  const counting = db
    .selectFrom('record')
    .select((eb) => eb.fn.countAll<number>().as('rows'))
    .where(asExpression<boolean>(isAmongConfined('record.patient_id', confinement)))
    .where((eb) => matchesQuery(eb, query))
  const [counted] = (await readQuery(db, counting, undefined)).rows
  return (
    Number(counted?.rows ?? 0) - (coversSeveral(confinement) ? await countDoubles(db, confinement, query) : 0)
  )
}

/**
 * The number of rows that have to be subtracted, because a record in several covered compartments has several rows. By
 * record_several.
 */
async function countDoubles(db: Db, confinement: Confinement, query: ListQuery): Promise<number> {
  const counting = db
    .selectFrom('record')
    .select((eb) => [
      eb.fn.countAll<number>().as('rows'),
      eb.fn.count<number>('record.id').distinct().as('ids'),
    ])
    .where('record.compartments', '>', sql.lit(1))
    .where(asExpression<boolean>(isConfined('record.patient_id', confinement)))
    .where((eb) => matchesQuery(eb, query))
  const [counted] = (await readQuery(db, counting, undefined)).rows
  return Number(counted?.rows ?? 0) - Number(counted?.ids ?? 0)
}

async function countAboutNobody(db: Db, confinement: Confinement, query: ListQuery): Promise<number> {
  const { type } = query
  const { practiceIds } = confinement
  const cited = citedIds(confinement, type)
  if (practiceIds.length === 0 && !cited) return 0
  const counting = db
    .selectFrom('record')
    .select((eb) => eb.fn.countAll<number>().as('rows'))
    .where('record.patient_id', '=', sql.lit(''))
    .where((eb) => matchesQuery(eb, query))
    .where((eb) =>
      eb.or([
        ...(practiceIds.length > 0 ? [eb('record.practice_id', 'in', practiceIds)] : []),
        ...(cited ? [eb('record.id', 'in', asExpression<string>(cited))] : []),
      ]),
    )
  const [counted] = (await readQuery(db, counting, undefined)).rows
  return Number(counted?.rows ?? 0)
}
