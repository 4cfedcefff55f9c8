import { type Kysely, sql } from 'kysely'

/**
 * A practice is asked once at a time for the approval of an application: of several open requests the oldest stays. Lists of a practice
 * get the order in which they are read page by page.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`update approval_request set decided_at = requested_at
    where decided_at is null and exists (
      select 1 from approval_request as older
      where older.application_id = approval_request.application_id
        and older.practice_id = approval_request.practice_id
        and older.decided_at is null
        and (older.requested_at < approval_request.requested_at
          or (older.requested_at = approval_request.requested_at and older.id < approval_request.id)))`.execute(
    db,
  )
  await sql`create unique index approval_request_open on approval_request (application_id, practice_id)
    where decided_at is null`.execute(db)
  // The people of a practice, and its open invitations.
  await sql`create index association_people on association (practice_id, created_at, id)
    where ended_at is null`.execute(db)
  await sql`create index invitation_list on invitation (practice_id, created_at, id)
    where accepted_at is null`.execute(db)
}
