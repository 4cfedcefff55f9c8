import { type Fragment, readRows, sqlText } from '../store/statement.ts'
import type { Db } from '../store/store.ts'
import { isCovered } from './confinement.ts'
import type { Confinement } from './records.ts'

/**
 * Whether a record of a covered patient cites a shared record, directly or through other shared records (a
 * PractitionerRole its Organization). Goes from the cited record upwards, by record_citation_pk.
 */
export async function isCited(db: Db, within: Confinement, type: string, id: string): Promise<boolean> {
  const rows = await readRows(
    db,
    sqlText`
    with recursive citing(type, id) as (
      select distinct target_type, target_id from record_citation
      where target_type = ${type} and target_id = ${id}
      union
      select c.source_type, c.source_id
      from citing join record_citation c
        on c.target_type = citing.type and c.target_id = citing.id and c.patient_id = ''
    )
    select 1 as found
    from citing join record_citation c on c.target_type = citing.type and c.target_id = citing.id
    where c.patient_id <> '' and ${isCovered('c.patient_id', within)}
    limit 1`,
  )
  return rows.length > 0
}

/**
 * The ids of all shared records of a type that records of covered patients cite, directly or through others, as a
 * subquery. Goes from the patients downwards, by record_citation_source: its cost is that of what may be read.
 */
export function citedIds(within: Confinement, type: string): Fragment {
  return sqlText`(
    with recursive cited(type, id) as (
      select target_type, target_id from record_citation
      where patient_id <> '' and ${isCovered('patient_id', within)}
      union
      select c.target_type, c.target_id
      from cited join record_citation c
        on c.patient_id = '' and c.source_type = cited.type and c.source_id = cited.id
    )
    select id from cited where type = ${type}
  )`
}
