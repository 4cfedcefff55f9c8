import { type Kysely, sql } from 'kysely'

const batchSize = 500
const attachment = /"url":"Binary\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?"/g

interface HolderRow {
  patient_id: string
  type: string
  id: string
  content: string
}

/** Older records cite their attachments, too, so that an attachment is read through the document that has it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  let after = { patient_id: '', type: '', id: '' }
  for (;;) {
    // Walks along the key, and looks at every text once.
    const { rows } = await sql<HolderRow>`
      select patient_id, type, id, content from record
      where (patient_id, type, id) > (${after.patient_id}, ${after.type}, ${after.id})
        and content like '%"url":"Binary/%'
      order by patient_id, type, id limit ${batchSize}`.execute(db)
    for (const { patient_id, type, id, content } of rows)
      for (const [, target = ''] of content.matchAll(attachment))
        await sql`insert into record_citation (patient_id, target_type, target_id, source_type, source_id)
          values (${patient_id}, 'Binary', ${target}, ${type}, ${id}) on conflict do nothing`.execute(db)
    const last = rows.at(-1)
    if (!last || rows.length < batchSize) return
    after = last
  }
}
