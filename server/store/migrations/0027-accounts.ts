import { type Kysely, sql } from 'kysely'
import { normalizeAddress, respell } from '../../addresses.ts'
import { hashSecret } from '../../secrets.ts'
import { nameKey } from '../name-key.ts'

/**
 * Accounts: one form of every address, one own record of an account in a practice, and accounts that are closed. Applications can be
 * searched by name.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('account').addColumn('closed_at', 'bigint').execute()
  await normalizeAddresses(db)
  // Finds the invitations of an address, when its owner closes the account and when another person is invited to it.
  await db.schema.createIndex('invitation_email').on('invitation').columns(['email']).execute()
  await keepOneOwnRecord(db)
  await db.schema
    .createIndex('association_own_record')
    .unique()
    .on('association')
    .columns(['account_id', 'practice_id'])
    .where(sql.ref('role'), '=', sql.lit('patient'))
    .where(sql.ref('ended_at'), 'is', null)
    .execute()
  await db.schema
    .alterTable('application')
    .addColumn('name_key', 'text', (c) => c.notNull().defaultTo(''))
    .execute()
  await fillNameKeys(db)
  await db.schema
    .createIndex('application_owner_name')
    .on('application')
    .columns(['owner_account_id', 'name_key', 'id'])
    .execute()
}

/** The rows that one statement reads. */
const batch = 1000

/**
 * Addresses in one form. When several accounts have the same address, the oldest gets it. The others keep their passwords,
 * records and spelling. An account whose spelling equals the new form gets another spelling of the same address.
 */
export async function normalizeAddresses(db: Kysely<unknown>): Promise<void> {
  const accounts = await findOthers(db, 'account')
  for (const address of new Set(accounts.map(({ email }) => normalizeAddress(email)))) {
    const others = accounts.filter(({ email }) => normalizeAddress(email) === address)
    await giveToOldest(db, address, others)
  }
  const invitations = await findOthers(db, 'invitation')
  for (const { id, email } of invitations)
    await sql`update invitation set email = ${normalizeAddress(email)} where id = ${id}`.execute(db)
  for (const { email } of [...accounts, ...invitations]) await keepStop(db, email)
  await normalizeLinks(db)
}

interface Row {
  id: string
  email: string
  created_at: string | number
}

/** Rows whose address has another form. */
async function findOthers(db: Kysely<unknown>, table: 'account' | 'invitation'): Promise<Row[]> {
  const others: Row[] = []
  for (let after = ''; ; ) {
    const { rows } = await sql<Row>`
      select id, email, created_at from ${sql.table(table)}
      where id > ${after} order by id limit ${sql.lit(batch)}`.execute(db)
    others.push(...rows.filter(({ email }) => normalizeAddress(email) !== email))
    const last = rows.at(-1)
    if (last === undefined) return others
    after = last.id
  }
}

async function giveToOldest(db: Kysely<unknown>, address: string, others: Row[]): Promise<void> {
  const { rows } = await sql<Row>`
    select id, email, created_at from account where email = ${address}`.execute(db)
  const [oldest] = [...rows, ...others].toSorted(
    (one, other) => Number(one.created_at) - Number(other.created_at) || (one.id < other.id ? -1 : 1),
  )
  if (oldest === undefined || oldest.email === address) return
  await sql`update account set email = ${respell(address)} where email = ${address}`.execute(db)
  await sql`update account set email = ${address} where id = ${oldest.id}`.execute(db)
}

/** An address that wants no invitations keeps that in the new form. */
async function keepStop(db: Kysely<unknown>, email: string): Promise<void> {
  await sql`
    insert into mail_stop (address_hash, stopped_at)
    select ${hashSecret(normalizeAddress(email))}, stopped_at from mail_stop where address_hash = ${hashSecret(email)}
    on conflict do nothing`.execute(db)
}

/** The address that open mailed links prove. */
async function normalizeLinks(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ token_hash: string; payload: string }>`
    select token_hash, payload from mail_link
    where purpose in ('finish-sign-up', 'change-email') and used_at is null`.execute(db)
  for (const { token_hash, payload } of rows) {
    const waiting = JSON.parse(payload) as { email: string }
    const kept = JSON.stringify({ ...waiting, email: normalizeAddress(waiting.email) })
    if (kept !== payload)
      await sql`update mail_link set payload = ${kept} where token_hash = ${token_hash}`.execute(db)
  }
}

/**
 * An account is one person. When it has several own records in one practice, the oldest stays its own. It keeps access to the
 * others as a caregiver, and the practice can correct the relation. Of two associations with the same record one stays.
 */
export async function keepOneOwnRecord(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ id: string; first_id: string; is_same: number }>`
    select other.id, first.id as first_id, case when other.patient_id = first.patient_id then 1 else 0 end as is_same
    from association first
    join association other on other.account_id = first.account_id and other.practice_id = first.practice_id
    where first.role = 'patient' and first.ended_at is null and other.role = 'patient' and other.ended_at is null
      and other.id <> first.id
      and not exists (
        select 1 from association older
        where older.account_id = first.account_id and older.practice_id = first.practice_id
          and older.role = 'patient' and older.ended_at is null
          and (older.created_at < first.created_at or (older.created_at = first.created_at and older.id < first.id)))`.execute(
    db,
  )
  for (const { id, first_id, is_same } of rows)
    if (Number(is_same) === 1) await joinTo(db, id, first_id)
    else
      await sql`update association set role = 'proxy', relationship = 'caregiver' where id = ${id}`.execute(
        db,
      )
}

/** Grants through the removed association now go through the other one. */
async function joinTo(db: Kysely<unknown>, id: string, firstId: string): Promise<void> {
  await sql`
    insert into grant_association (grant_id, association_id)
    select grant_id, ${firstId} from grant_association where association_id = ${id}
    on conflict do nothing`.execute(db)
  await sql`update association set ended_at = created_at where id = ${id}`.execute(db)
}

async function fillNameKeys(db: Kysely<unknown>): Promise<void> {
  for (let after = ''; ; ) {
    const { rows } = await sql<{ id: string; name: string }>`
      select id, name from application where id > ${after} order by id limit ${sql.lit(batch)}`.execute(db)
    for (const { id, name } of rows)
      await sql`update application set name_key = ${nameKey(name)} where id = ${id}`.execute(db)
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.id
  }
}
