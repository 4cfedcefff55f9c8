import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Observation } from 'fhir/r4'
import { sql } from 'kysely'
import { NewerDatabaseError } from '#server/store/migrate.ts'
import { openPostgresStore } from '#server/store/postgres.ts'
import { preparedQuery } from '#server/store/prepared-query.ts'
import { findStoreFailure } from '#server/store/store-failure.ts'
import { createTestDatabase, runOnServer, testServerUrl } from '../support/test-store.ts'
import { startTwoProcesses } from './two-processes.ts'

const visitor = { ip: '192.0.2.7', userAgent: 'a test' }
const email = 'ana@example.com'

function observation(id: string, patientId: string, text: string): Observation {
  const subject = { reference: `Patient/${patientId}` }
  return { resourceType: 'Observation', id, status: 'final', code: { text }, subject }
}

function countFulfilled(outcomes: PromiseSettledResult<unknown>[]): number {
  return outcomes.filter(({ status }) => status === 'fulfilled').length
}

/** Ends every other connection to the database, as a restart of the database would. */
async function dropConnections(url: string): Promise<void> {
  await runOnServer(
    url,
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  )
}

describe('PostgreSQL', { skip: testServerUrl ? false : 'ONPATIENT_TEST_POSTGRES names no server' }, () => {
  const server = testServerUrl ?? ''

  test('processes that start together on an empty database migrate it once', async () => {
    const { url, drop } = await createTestDatabase(server)
    const stores = await Promise.all(Array.from({ length: 5 }, () => openPostgresStore(url)))
    assert.equal(stores.filter(({ isNew }) => isNew).length, 1)
    await Promise.all(stores.map((store) => store.close()))
    await drop()
  })

  test('a database of a newer version is refused', async () => {
    const { url, drop } = await createTestDatabase(server)
    const store = await openPostgresStore(url)
    await sql`insert into kysely_migration (name, timestamp) values ('9999-later', '')`.execute(store.db)
    await store.close()
    await assert.rejects(openPostgresStore(url), NewerDatabaseError)
    await drop()
  })

  test('an assertion that is presented to two processes at once counts once', async () => {
    await using two = await startTwoProcesses()
    const processes = [two.first, two.second]
    for (let round = 0; round < 5; round++) {
      const uses = Array.from({ length: 8 }, (_, index) =>
        processes[index % 2]?.usedOnce.use(`a${round}`, 60),
      )
      const answers = await Promise.all(uses)
      assert.equal(answers.filter(Boolean).length, 1)
    }
  })

  test('a mailed link that is opened in two processes at once works once', async () => {
    await using two = await startTwoProcesses()
    const { first, second, outbox } = two
    for (let round = 0; round < 5; round++) {
      const form = {
        email: `${round}-${email}`,
        displayName: 'Ana',
        visitor,
      }
      await first.accounts.startSignUp({ ...form, intent: { kind: 'person' } })
      const token = /token=(\S+)/.exec((await outbox.list())[0]?.text ?? '')?.[1] ?? ''
      const outcomes = await Promise.allSettled(
        [first, second, first, second].map(({ accounts }) =>
          accounts.finishSignUp(token, 'nine quiet lanterns', visitor),
        ),
      )
      assert.equal(countFulfilled(outcomes), 1)
    }
  })

  test('a code that is presented to two processes at once is taken once, and the grant of the second ends', async () => {
    await using two = await startTwoProcesses()
    const { first, second } = two
    for (let round = 0; round < 5; round++) {
      const id = `code-${round}`
      await first.adapter('AuthorizationCode').upsert(id, { jti: id, grantId: 'none' }, 60)
      const outcomes = await Promise.allSettled(
        [first, second, first, second].map(({ adapter }) => adapter('AuthorizationCode').consume(id)),
      )
      assert.equal(countFulfilled(outcomes), 1)
    }
  })

  test('every wrong password is counted, however many processes are asked at once', async () => {
    await using two = await startTwoProcesses()
    const { first, second } = two
    await first.accounts.create({ email, password: 'nine quiet lanterns', displayName: 'Ana' })
    const tries = Array.from({ length: 24 }, (_, index) => (index % 2 === 0 ? first : second))
    const codes = await Promise.all(
      tries.map(({ accounts }) =>
        accounts.signIn({ email, password: 'a wrong password', visitor }).then(
          () => 'signed in',
          (error: { code: string }) => error.code,
        ),
      ),
    )
    assert.equal(codes.filter((code) => code === 'sign-in-failed').length, 5)
    assert.equal(codes.filter((code) => code === 'too-many-requests').length, 19)
  })

  test('the same records written by many at once have every version once, in an unbroken row', async () => {
    await using two = await startTwoProcesses()
    const { first, second } = two
    const practice = await first.practices.create({ name: 'Elm Street', kind: 'practice' })
    const ids = ['a', 'b', 'c']
    const writers = Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? first : second))
    const outcomes = await Promise.all(
      writers.map(({ records }, writer) =>
        records.write([
          { practiceId: practice.id, resource: { resourceType: 'Patient', id: 'ana' } },
          ...ids.map((id) => ({
            practiceId: practice.id,
            resource: observation(id, 'ana', `from ${writer}`),
          })),
        ]),
      ),
    )
    const sum = (count: 'created' | 'updated') => outcomes.reduce((all, each) => all + each[count], 0)
    assert.deepEqual([sum('created'), sum('updated')], [ids.length + 1, ids.length * 7])
    for (const id of ids) {
      const { db } = first.store
      const current = await db.selectFrom('record').select('version_id').where('id', '=', id).execute()
      const older = await db.selectFrom('record_version').select('version_id').where('id', '=', id).execute()
      assert.deepEqual(
        [...older, ...current].map((row) => row.version_id).sort(),
        [1, 2, 3, 4, 5, 6, 7, 8],
        'each write saw the one before it',
      )
    }
  })

  test('of two practices that write the same new patient at once one has the id, and the other one of its own', async () => {
    await using two = await startTwoProcesses()
    const { first, second } = two
    const elm = await first.practices.create({ name: 'Elm Street', kind: 'practice' })
    const oak = await first.practices.create({ name: 'Oak Street', kind: 'practice' })
    for (let round = 0; round < 5; round++) {
      const resource = { resourceType: 'Patient' as const, id: `ana-${round}` }
      const [here, there] = await Promise.all([
        first.records.write([{ practiceId: elm.id, resource }]),
        second.records.write([{ practiceId: oak.id, resource }]),
      ])
      assert.deepEqual([here.created + there.created, here.rejected.length + there.rejected.length], [2, 0])
      const kept = await second.practices.listPracticesOf(resource.id)
      assert.equal(kept.length, 1, 'never on two panels')
    }
  })

  test('access that is ended in one process is refused in the other within a second', async () => {
    await using two = await startTwoProcesses()
    const { first, second, clock } = two
    const owner = await first.accounts.create({ email, password: 'nine quiet lanterns', displayName: 'Ana' })
    await first.practices.createForProvider(owner, 'Elm Street')
    const { application } = await first.applications.create(owner.id, {
      name: 'App',
      kind: 'public',
      redirectUris: ['https://app.example.com/cb'],
      scopes: [],
    })
    const scopes = ['patient/*.read']
    const grant = await first.grants.create({
      accountId: owner.id,
      applicationId: application.id,
      scopes,
      associationIds: [],
      expiresAt: undefined,
    })
    const expiresAt = new Date(clock.now().getTime() + 3600_000)
    await first.grants.storeAccessToken({ token: 'a-token', grantId: grant.id, scopes, expiresAt })
    assert.equal((await second.grants.open('a-token')).grantId, grant.id)
    await first.grants.end(owner.id, grant.id, 'the person ended it')
    clock.forward(1)
    await assert.rejects(second.grants.open('a-token'), { code: 'token-revoked' })
  })

  test('after all connections were dropped the next read, and the next write, work', async () => {
    await using two = await startTwoProcesses()
    const { first, url } = two
    const practice = await first.practices.create({ name: 'Elm Street', kind: 'practice' })
    const write = (id: string) =>
      first.records.write([{ practiceId: practice.id, resource: { resourceType: 'Patient', id } }])
    const read = (id: string) => first.records.read({ patientIds: [id], practiceIds: [] }, 'Patient', id)
    for (let round = 0; round < 5; round++) {
      await write(`ana-${round}`)
      await Promise.all(Array.from({ length: 10 }, () => read('ana-0')))
      await dropConnections(url)
      assert.ok(await read(`ana-${round}`))
      await dropConnections(url)
      assert.equal((await write(`ben-${round}`)).created, 1)
    }
  })

  test('of many reads at once each gets its own record, also when all connections are dropped meanwhile', async () => {
    await using two = await startTwoProcesses()
    const { first, url } = two
    const practice = await first.practices.create({ name: 'Elm Street', kind: 'practice' })
    const ids = Array.from({ length: 40 }, (_, index) => `ana-${index}`)
    await first.records.write(
      ids.map((id) => ({ practiceId: practice.id, resource: { resourceType: 'Patient', id } })),
    )
    const readAll = async () => {
      const reads = Array.from({ length: 400 }, async (_, index) => {
        const id = ids[index % ids.length] ?? ''
        const content = await first.records.read({ patientIds: [id], practiceIds: [] }, 'Patient', id)
        assert.equal(JSON.parse(content ?? '{}').id, id)
        const other = await first.records.read({ patientIds: [id], practiceIds: [] }, 'Patient', 'ana-x')
        assert.equal(other, undefined)
      })
      await Promise.all(reads)
    }
    await readAll()
    for (let round = 0; round < 5; round++) await Promise.all([readAll(), dropConnections(url)])
  })

  test('a read that fails takes no answer of another one that was sent with it', async () => {
    await using two = await startTwoProcesses()
    const { db } = two.first.store
    await db
      .insertInto('practice')
      .values({ id: 'elm', name: 'Elm', kind: 'practice', organization_id: 'o', created_at: 0 })
      .execute()
    // Fails at its second row, when the first is under way.
    const echo = preparedQuery((any, text: string) =>
      any
        .selectFrom('practice')
        .innerJoin(sql<{ no: number }>`generate_series(1, 2)`.as<'series'>(sql.raw('series (no)')), (join) =>
          join.onTrue(),
        )
        .select(
          sql<string>`${text}::text || (1 / (case when ${text} like 'bad%' then 2 - no else 1 end))`.as(
            'echo',
          ),
        ),
    )
    const outcomes = await Promise.allSettled(
      Array.from({ length: 600 }, (_, index) => echo(db, `${index % 3 === 0 ? 'bad' : 'good'} ${index}`)),
    )
    for (const [index, outcome] of outcomes.entries()) {
      if (index % 3 === 0) assert.equal(outcome.status, 'rejected')
      else
        assert.deepEqual(outcome.status === 'fulfilled' && outcome.value.map((row) => row.echo), [
          `good ${index}1`,
          `good ${index}1`,
        ])
    }
  })

  test('a text with the character 0 is looked for and not found', async () => {
    await using two = await startTwoProcesses()
    const { records } = two.first
    assert.equal(await records.read({ patientIds: ['a\0b'], practiceIds: [] }, 'Patient', 'a\0b'), undefined)
  })

  test('a statement that a connection had prepared before its table changed is prepared again', async () => {
    await using two = await startTwoProcesses()
    const { db } = two.first.store
    const kept = preparedQuery((any, id: string) =>
      any.selectFrom('practice').select('name').where('id', '=', id),
    )
    const named = () => db.selectFrom('practice').select('name').where('id', '=', 'elm').execute()
    await db
      .insertInto('practice')
      .values({ id: 'elm', name: 'Elm', kind: 'practice', organization_id: 'o', created_at: 0 })
      .execute()
    const askAll = async () => [await kept(db, 'elm'), await named(), await named(), await named()]
    const answers = await askAll()
    assert.deepEqual(answers, Array(4).fill([{ name: 'Elm' }]))
    await runOnServer(two.url, 'alter table practice alter column name type varchar(500)')
    assert.deepEqual(await askAll(), answers)
    await runOnServer(two.url, 'alter table practice alter column name type text')
    const together = await Promise.all(Array.from({ length: 50 }, () => kept(db, 'elm')))
    assert.deepEqual(together, Array(50).fill([{ name: 'Elm' }]))
  })

  test('a connection keeps no more than some hundred statements, however many different ones come', async () => {
    await using two = await startTwoProcesses()
    const { db } = two.first.store
    for (let index = 0; index < 450; index++)
      for (let time = 0; time < 2; time++)
        await sql`select ${1}::int + ${sql.lit(index)}::int as sum`.execute(db)
    const { rows } = await sql<{ count: number }>`select count(*) from pg_prepared_statements`.execute(db)
    const kept = Number(rows[0]?.count)
    assert.ok(kept > 0 && kept <= 201, `${kept} are kept`)
  })

  test('reads go on while every connection for writing is taken', async () => {
    await using two = await startTwoProcesses()
    const { first } = two
    const practice = await first.practices.create({ name: 'Elm Street', kind: 'practice' })
    await first.records.write([{ practiceId: practice.id, resource: { resourceType: 'Patient', id: 'ana' } }])
    const isRead = Promise.withResolvers<void>()
    const holders = Array.from({ length: 10 }, () =>
      first.store.db.connection().execute(async (one) => {
        await sql`select 1`.execute(one)
        await isRead.promise
      }),
    )
    const content = await first.records.read({ patientIds: ['ana'], practiceIds: [] }, 'Patient', 'ana')
    isRead.resolve()
    await Promise.all(holders)
    assert.ok(content)
  })

  test('a connection that is dropped in the middle of a transaction undoes it, and says so', async () => {
    await using two = await startTwoProcesses()
    const { first, url } = two
    const { db } = first.store
    const transaction = db.transaction().execute(async (trx) => {
      await trx.insertInto('search_index').values({ version: 77 }).execute()
      await dropConnections(url)
      await trx.insertInto('search_index').values({ version: 78 }).execute()
    })
    await assert.rejects(transaction, (error) => findStoreFailure(error)?.code === 'store-unavailable')
    assert.deepEqual(await db.selectFrom('search_index').selectAll().execute(), [])
  })

  test('text is ordered by bytes, whatever the language of the database', async () => {
    await using two = await startTwoProcesses()
    const { db } = two.first.store
    const ids = ['a', 'B', 'b', 'A', '_', '-', '9', 'é', 'z']
    const rows = ids.map((id) => ({ practice_id: 'p', patient_id: id }))
    await db
      .insertInto('practice')
      .values({ id: 'p', name: 'P', kind: 'practice', organization_id: 'o', created_at: 0 })
      .execute()
    await db.insertInto('practice_patient').values(rows).execute()
    const sorted = await db
      .selectFrom('practice_patient')
      .select('patient_id')
      .orderBy('patient_id')
      .execute()
    assert.deepEqual(
      sorted.map((row) => row.patient_id),
      ids.toSorted(),
    )
    const others = await sql<{ name: string }>`
      select attrelid::regclass || '.' || attname as name
      from pg_attribute join pg_class on pg_class.oid = attrelid
      where relnamespace = 'public'::regnamespace and relkind = 'r' and relname not like 'kysely%'
        and attcollation not in (0, (select oid from pg_collation where collname = 'C'))`.execute(db)
    assert.deepEqual(others.rows, [], 'no column has the order of the database')
  })

  test('a database that is read-only, slow or away is distinguished from a mistake', async () => {
    await using two = await startTwoProcesses()
    const { db } = two.first.store
    const reasonOf = async (work: Promise<unknown>) =>
      work.then(
        () => 'it worked',
        (error: unknown) => findStoreFailure(error)?.message ?? String(error),
      )
    const readOnly = db
      .transaction()
      .setAccessMode('read only')
      .execute((trx) => trx.insertInto('search_index').values({ version: 1 }).execute())
    assert.match(await reasonOf(readOnly), /read-only/)
    const slow = db.connection().execute(async (one) => {
      await sql`set statement_timeout = 20`.execute(one)
      await sql`select pg_sleep(5)`.execute(one)
    })
    assert.match(await reasonOf(slow), /took too long/)
    assert.match(
      await reasonOf(openPostgresStore('postgres://nobody:x@127.0.0.1:1/none')),
      /cannot be reached/,
    )
    assert.match(await reasonOf(sql`select nonsense`.execute(db)), /nonsense/)
  })
})
