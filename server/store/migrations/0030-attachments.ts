import { type Kysely, sql } from 'kysely'

const batchSize = 500
const attachment = /"url":"Binary\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?"/g

interface HolderRow {
  no: number
  patient_id: string
  type: string
  id: string
  content: string
}

/** Records that were written before cite their attachments, too: by that an attachment is read through the document that has it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (let last = 0; ; ) {
    // By the number of the row; looks at every text once.
    const { rows } = await sql<HolderRow>`
      select no, patient_id, type, id, content from record
      where no > ${last} and content like '%"url":"Binary/%'
      order by no limit ${batchSize}`.execute(db)
    for (const { patient_id, type, id, content } of rows)
      for (const [, target = ''] of content.matchAll(attachment))
        await sql`insert into record_citation (patient_id, target_type, target_id, source_type, source_id)
          values (${patient_id}, 'Binary', ${target}, ${type}, ${id}) on conflict do nothing`.execute(db)
    const end = rows.at(-1)
    if (!end || rows.length < batchSize) return
    last = Number(end.no)
  }
}
