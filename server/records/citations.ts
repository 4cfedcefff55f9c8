import { isAttachable, isCitable } from '#fhir/compartment/compartment.ts'
import type { Confinement } from '../confinement.ts'
import { type Fragment, readRows, sqlName, sqlNothing, sqlText } from '../store/statement.ts'
import type { Db } from '../store/store.ts'
import { isAmongConfined, isConfined } from './confinement-conditions.ts'

/** Whether a record about nobody can be read because a record of a covered patient cites it. */
export async function isCited(db: Db, confinement: Confinement, type: string, id: string): Promise<boolean> {
  if (isCitable(type)) return isSharedWith(db, confinement, type, id)
  return isAttachable(type) && isAttached(db, confinement, type, id)
}

/** The ids of all cited records of a type, as a subquery. Undefined when no record of the type can be cited. */
export function citedIds(confinement: Confinement, type: string): Fragment | undefined {
  if (isCitable(type)) return sharedIds(confinement, type)
  return isAttachable(type) ? attachedIds(confinement, type) : undefined
}

/**
 * The same for a row that is already found, by the column of its id. Undefined when no record of the type can be cited. Goes from
 * the cited record upwards.
 */
export function isCitedBelow(confinement: Confinement, type: string, column: string): Fragment | undefined {
  const id = sqlName(column)
  if (isCitable(type)) return sqlText`exists (${citations(confinement, type, id)})`
  return isAttachable(type)
    ? sqlText`exists (select 1 ${attachments(confinement, type, isConfined)} and c.target_id = ${id})`
    : undefined
}

async function isSharedWith(db: Db, confinement: Confinement, type: string, id: string): Promise<boolean> {
  return (await readRows(db, citations(confinement, type, id, deletedRecord(type, id)))).length > 0
}

/**
 * One row when a record of a covered patient cites a shared record, directly or through other shared records (a PractitionerRole
 * its Organization). All of them belong to one practice. Records of another practice that name this id mean another record. Goes
 * from the cited record upwards, by record_citation_pk, and finds the owner of each by record_pk.
 */
function citations(
  confinement: Confinement,
  type: string,
  id: string | Fragment,
  former: Fragment = sqlNothing,
): Fragment {
  return sqlText`
    with recursive citing(type, id, practice_id) as (
      select own.type, own.id, own.practice_id from record as own
      where own.patient_id = '' and own.type = ${type} and own.id = ${id}${former}
      union
      select c.source_type, c.source_id, citing.practice_id
      from citing join record_citation c
        on c.target_type = citing.type and c.target_id = citing.id and c.patient_id = ''
      join record as through
        on through.patient_id = '' and through.type = c.source_type and through.id = c.source_id
        and through.practice_id = citing.practice_id
    )
    select 1 as found
    from citing join record_citation c on c.target_type = citing.type and c.target_id = citing.id
    join record as holder
      on holder.patient_id = c.patient_id and holder.type = c.source_type and holder.id = c.source_id
      and holder.practice_id = citing.practice_id
    where c.patient_id <> '' and ${isConfined('c.patient_id', confinement)}
    limit 1`
}

/**
 * A record that was deleted, with its practice. Readers who could read it learn that it was deleted. By record_version_deletion.
 */
function deletedRecord(type: string, id: string): Fragment {
  return sqlText`
      union
      select v.type, v.id, v.practice_id from record_version as v
      where v.patient_id = '' and v.type = ${type} and v.id = ${id} and v.deleted = 1`
}

/**
 * The ids of all shared records of a type that records of covered patients cite, directly or through others, as a subquery. Goes
 * from the patients downwards, by record_citation_source. Its cost grows with the readable records.
 */
function sharedIds(confinement: Confinement, type: string): Fragment {
  return sqlText`(
    with recursive cited(type, id) as (
      select target_type, target_id from record_citation
      where patient_id <> '' and ${isAmongConfined('record_citation.patient_id', confinement)}
      union
      select c.target_type, c.target_id
      from cited join record_citation c
        on c.patient_id = '' and c.source_type = cited.type and c.source_id = cited.id
    )
    select id from cited where type = ${type} and exists (${citations(confinement, type, sqlName('cited.id'))})
  )`
}

/**
 * Attachments of records of covered patients. Both must belong to the same practice: an attachment is about a patient, and nobody
 * may read another practice's record by writing its address.
 */
function attachments(confinement: Confinement, type: string, covers: typeof isConfined): Fragment {
  return sqlText`
    from record_citation as c
    join record as holder
      on holder.patient_id = c.patient_id and holder.type = c.source_type and holder.id = c.source_id
    join record as file
      on file.patient_id = '' and file.type = c.target_type and file.id = c.target_id
      and file.practice_id = holder.practice_id
    where c.target_type = ${type} and c.patient_id <> '' and ${covers('c.patient_id', confinement)}`
}

/** The ids of all records of a type that are attached to records of covered patients, as a subquery. By record_citation_source. */
function attachedIds(confinement: Confinement, type: string): Fragment {
  return sqlText`(select c.target_id ${attachments(confinement, type, isAmongConfined)})`
}

/** Whether a record is among those. By record_citation_pk. */
async function isAttached(db: Db, confinement: Confinement, type: string, id: string): Promise<boolean> {
  const rows = await readRows(
    db,
    sqlText`select 1 as found ${attachments(confinement, type, isConfined)} and c.target_id = ${id} limit 1`,
  )
  return rows.length > 0
}
