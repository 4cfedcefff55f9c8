import { createHash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'

/**
 * Records lie with whom they are about now (docs/decisions/0034-what-follows-a-correction.md):
 *
 * - Rows of the search index that name the target of a Provenance are found by their value, as they are written from now on.
 * - A Provenance that stayed behind when its target was corrected follows it.
 * - Where there is one practice alone, versions about nobody that do not say whose they were are its: a deleted Practitioner of before is reported as deleted.
 * - What a record said while it lay with a patient whom it is not about any more is its practice's.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await markTargets(db)
  await refileProvenances(db)
  await nameTheOnlyPractice(db)
  await moveFormerVersions(db)
}

/** With several practices it cannot be known. */
async function nameTheOnlyPractice(db: Kysely<unknown>): Promise<void> {
  await sql`update record_version set practice_id = (select min(id) from practice)
    where practice_id is null and patient_id = '' and (select count(*) from practice) = 1`.execute(db)
}

async function markTargets(db: Kysely<unknown>): Promise<void> {
  const target = createHash('sha256').update('Provenance target').digest().readUIntBE(0, 6)
  await sql`update record_text set by_value = 1 where parameter = ${target} and by_value = 0`.execute(db)
}

async function moveFormerVersions(db: Kysely<unknown>): Promise<void> {
  const isKeptBy = (practice: ReturnType<typeof sql>) => sql`(
    exists (select 1 from practice_patient as kept where kept.practice_id = ${practice} and kept.patient_id = v.patient_id)
    or exists (select 1 from practice_former_patient as kept where kept.practice_id = ${practice} and kept.patient_id = v.patient_id))`
  // The practice of an older version was not kept. It is the practice of the record when that keeps the patient, or else the
  // practice of the patient.
  const practice = sql`coalesce(v.practice_id,
    (select min(now.practice_id) from record as now where now.type = v.type and now.id = v.id and ${isKeptBy(sql`now.practice_id`)}),
    (select min(kept.practice_id) from practice_patient as kept where kept.patient_id = v.patient_id),
    (select min(kept.practice_id) from practice_former_patient as kept where kept.patient_id = v.patient_id))`
  const isThere = sql`exists (select 1 from record as now where now.type = v.type and now.id = v.id)`
  const isLeft = sql`v.patient_id <> '' and substr(v.patient_id, 1, 1) <> '@' and ${practice} is not null
    and not exists (select 1 from record as now where now.type = v.type and now.id = v.id and now.patient_id = v.patient_id)
    and (${isThere} or not exists (
      select 1 from record_version as gone where gone.type = v.type and gone.id = v.id and gone.patient_id = v.patient_id
        and gone.deleted = 1 and gone.version_id = (
          select max(last.version_id) from record_version as last where last.type = v.type and last.id = v.id)))`
  await sql`insert into practice_patient (practice_id, patient_id)
    select distinct ${practice}, '@' || ${practice} from record_version as v where ${isLeft}
    on conflict do nothing`.execute(db)
  await sql`insert into record_version
      (patient_id, type, id, version_id, last_updated, deleted, content, method, practice_id)
    select distinct '@' || ${practice}, v.type, v.id, v.version_id, v.last_updated, v.deleted, v.content, v.method, ${practice}
    from record_version as v where ${isLeft}
    on conflict do nothing`.execute(db)
  await sql`delete from record_version as v where ${isLeft}`.execute(db)
}

const batchSize = 200

interface ProvenanceRow {
  id: string
  practice_id: string
  content: string
}

async function refileProvenances(db: Kysely<unknown>): Promise<void> {
  let after = ''
  for (;;) {
    // By record_address.
    const { rows } = await sql<ProvenanceRow>`
      select distinct id, practice_id, content from record where type = 'Provenance' and id > ${after}
      order by id limit ${batchSize}`.execute(db)
    for (const row of rows) await refile(db, row)
    const last = rows.at(-1)
    if (!last || rows.length < batchSize) return
    after = last.id
  }
}

/** A superfluous row moves to a compartment that lacks one. The remaining rows are deleted, or go to the practice. */
async function refile(db: Kysely<unknown>, { id, practice_id, content }: ProvenanceRow): Promise<void> {
  const wanted = new Set(await findPatients(db, practice_id, targetsOf(content)))
  const { rows: present } = await sql<{ no: number; patient_id: string }>`
    select no, patient_id from record where type = 'Provenance' and id = ${id}`.execute(db)
  const surplus = present.filter(({ patient_id }) => !wanted.has(patient_id))
  if (surplus.length === 0) return
  const missing = [...wanted].filter((each) => !present.some(({ patient_id }) => patient_id === each))
  const kept = present.length - surplus.length
  for (const [at, { no, patient_id: from }] of surplus.entries()) {
    const to = missing[at] ?? (kept + missing.length === 0 && at === 0 ? '' : undefined)
    if (to !== from) await moveRow(db, { id, no, from, to })
  }
  await sql`update record set compartments = (
      select count(*) from record as each where each.type = 'Provenance' and each.id = ${id})
    where type = 'Provenance' and id = ${id}`.execute(db)
}

/** Moves one row of a Provenance with everything that depends on it, or deletes it when it has no new place. */
async function moveRow(
  db: Kysely<unknown>,
  { id, no, from, to }: { id: string; no: number; from: string; to: string | undefined },
): Promise<void> {
  const isCitation = sql`source_type = 'Provenance' and source_id = ${id}`
  const parts = [
    { table: 'record', isPart: sql`no = ${no}` },
    { table: 'record_text', isPart: sql`record_no = ${no}` },
    { table: 'record_range', isPart: sql`record_no = ${no}` },
    { table: 'record_citation', isPart: isCitation },
  ]
  for (const { table, isPart } of parts) {
    const change =
      to === undefined
        ? sql`delete from ${sql.table(table)}`
        : sql`update ${sql.table(table)} set patient_id = ${to}`
    await sql`${change} where patient_id = ${from} and ${isPart}`.execute(db)
  }
}

function targetsOf(content: string): Array<[type: string, id: string]> {
  const { target } = JSON.parse(content) as { target?: unknown }
  return (Array.isArray(target) ? target : []).flatMap((each: { reference?: unknown } | null) => {
    const [, type, id] =
      /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[^/]+)?$/.exec(String(each?.reference)) ?? []
    return type && id && type !== 'Provenance' ? [[type, id] as [string, string]] : []
  })
}

/** The patients of the targets who are not another practice's alone. */
async function findPatients(
  db: Kysely<unknown>,
  practiceId: string,
  targets: ReadonlyArray<[type: string, id: string]>,
): Promise<string[]> {
  const found = new Set<string>()
  for (const [type, id] of targets) {
    if (type === 'Patient') found.add(id)
    else {
      const { rows } = await sql<{ patient_id: string }>`
        select patient_id from record where type = ${type} and id = ${id} and patient_id <> ''
          and (not exists (select 1 from practice_patient as kept where kept.patient_id = record.patient_id)
            or exists (select 1 from practice_patient as kept
              where kept.patient_id = record.patient_id and kept.practice_id = ${practiceId}))`.execute(db)
      for (const { patient_id } of rows) found.add(patient_id)
    }
  }
  return [...found].toSorted()
}
