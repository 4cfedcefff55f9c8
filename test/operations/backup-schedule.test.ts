import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { backupGauges, createBackups } from '#server/backups/backups.ts'
import type { runBackup } from '#server/backups/run-backup.ts'
import { createLogger } from '#server/logger.ts'
import { systemRandom as random } from '#server/secrets.ts'
import { parseDatabaseUrl } from '#server/settings.ts'
import { createSchedule } from '#server/store/schedule.ts'
import { openStore, type Store } from '#server/store/store.ts'
import { openCommandLine, waitForAddress } from '../cli/run-onpatient.ts'
import { startClock, type TestClock } from '../support/start-app.ts'
import { createTestDatabase, openTestStore, testServerUrl } from '../support/test-store.ts'

const hour = 3600

describe('backups on a schedule', () => {
  let store: Store & { url: string }
  let other: Store
  let clock: TestClock
  let place: string
  let folder: string

  before(async () => {
    place = await mkdtemp(join(tmpdir(), 'onpatient-test-'))
    store = await openTestStore({ file: join(place, 'onpatient.db') })
    const setting = parseDatabaseUrl(store.url)
    assert.ok(setting)
    other = await openStore(setting)
  })
  after(async () => {
    await other.close()
    await store.close()
    await rm(place, { recursive: true })
  })
  beforeEach(async () => {
    clock = startClock(new Date('2026-05-04T03:02:01Z'))
    folder = join(place, 'backups')
    rmSync(folder, { recursive: true, force: true })
    await store.db.deleteFrom('scheduled_work').execute()
  })

  const outcome = { bytes: 1, seconds: 1 }
  /** Writes a file where the real one would. */
  const write = (_store: unknown, file: string) => {
    writeFileSync(file, 'whole')
    return { outcome: Promise.resolve(outcome), cancel: () => undefined }
  }
  const fail = (_store: unknown, file: string) => {
    writeFileSync(`${file}.part`, 'half')
    return { outcome: Promise.reject(new Error('the disk is full')), cancel: () => undefined }
  }
  const open = (run: typeof runBackup, { db }: Store = store) =>
    createBackups({
      setting: { folder, everyMs: 6 * hour * 1000, keep: 3 },
      store: { kind: 'sqlite', file: join(place, 'onpatient.db') },
      schedule: createSchedule({ db, clock }),
      clock,
      random,
      logger: createLogger('silent'),
      run,
    })
  const names = () => readdirSync(folder).sort()

  test('the first is made at once, the next when it is due, by one of several processes, and the oldest go', async () => {
    const [one, two] = [open(write), open(write, other)]
    await Promise.all([one.runIfDue(), two.runIfDue()])
    assert.deepEqual(names(), ['onpatient-2026-05-04T03-02-01Z.db.gz'])
    assert.equal(statSync(folder).mode & 0o777, 0o700)
    writeFileSync(join(folder, 'letter.txt'), 'not ours')
    clock.forward(6 * hour - 1)
    await Promise.all([one.runIfDue(), two.runIfDue()])
    assert.equal(names().length, 2)
    for (let made = 0; made < 4; made++) {
      clock.forward(6 * hour)
      // After a restart it goes on from what the database says.
      await Promise.all([open(write).runIfDue(), open(write, other).runIfDue()])
    }
    assert.deepEqual(names(), [
      'letter.txt',
      'onpatient-2026-05-04T21-02-00Z.db.gz',
      'onpatient-2026-05-05T03-02-00Z.db.gz',
      'onpatient-2026-05-05T09-02-00Z.db.gz',
    ])
  })

  test('one that fails replaces none, is reported with its reason, and is tried again in a quarter of an hour', async () => {
    await open(write).runIfDue()
    const [good] = names()
    clock.forward(7 * hour)
    const backups = open(fail)
    await backups.runIfDue()
    assert.ok(names().includes(good ?? ''))
    const { succeededAt, failedAt, reason } = await backups.examine()
    assert.equal(succeededAt?.toISOString(), '2026-05-04T03:02:01.000Z')
    assert.equal(failedAt?.getTime(), clock.now().getTime())
    assert.equal(reason, 'the disk is full')
    const gauges = await Promise.all(backupGauges(backups, clock).map(({ read }) => read()))
    assert.deepEqual(gauges, [Date.parse('2026-05-04T03:02:01Z') / 1000, 7 * hour, 1])
    clock.forward(15 * 60 - 1)
    await open(write).runIfDue()
    assert.equal(names().filter((name) => !name.endsWith('.part')).length, 1)
    clock.forward(1)
    await open(write).runIfDue()
    // What was half done is gone, too.
    assert.deepEqual(names(), [good, 'onpatient-2026-05-04T10-17-01Z.db.gz'])
    assert.deepEqual([(await backups.examine()).failedAt, (await backups.examine()).kept], [undefined, 2])
  })

  test('what a process had begun when it was killed is made by another two minutes later', async () => {
    void open(() => ({ outcome: new Promise(() => undefined), cancel: () => undefined }), other).runIfDue()
    while ((await store.db.selectFrom('scheduled_work').selectAll().execute())[0]?.holder == null)
      await new Promise((resolve) => setImmediate(resolve))
    mkdirSync(folder, { recursive: true })
    clock.forward(119)
    await open(write).runIfDue()
    assert.deepEqual(names(), [])
    clock.forward(2)
    await open(write).runIfDue()
    assert.equal(names().length, 1)
  })

  test('a stop ends what is under way, and the next start makes it at once', async () => {
    const cancelled = Promise.withResolvers<typeof outcome>()
    const backups = open(() => ({
      outcome: cancelled.promise,
      cancel: () => void cancelled.reject(new Error('it ended')),
    }))
    const running = backups.runIfDue()
    while ((await store.db.selectFrom('scheduled_work').selectAll().execute())[0]?.holder == null)
      await new Promise((resolve) => setImmediate(resolve))
    // Not before it runs.
    await new Promise((resolve) => setImmediate(resolve))
    await backups.stop()
    await running
    await backups.runIfDue()
    await open(write).runIfDue()
    assert.equal(names().length, 1)
  })

  test('a clock that was ahead puts nothing off', async () => {
    clock.jump(40 * 24 * hour)
    await open(write).runIfDue()
    clock.jump(-40 * 24 * hour)
    await open(write).runIfDue()
    assert.equal(names().length, 2)
  })
})

test('a server makes a backup that is whole, for this account alone, and that can be restored; doctor knows', async () => {
  const database = testServerUrl === undefined ? undefined : await createTestDatabase(testServerUrl)
  await using cli = await openCommandLine({
    ...(database ? { DATABASE_URL: database.url } : {}),
    BACKUP_DIR: './backups',
    BACKUP_EVERY: '1h',
    DEMO: 'off',
    LOG_LEVEL: 'info',
  })
  const folder = join(cli.folder, 'backups')
  const child = cli.start('serve')
  try {
    await waitForAddress(child)
    const said = await waitForBackup(cli)
    if (database && /server version mismatch|is not on this machine/.test(said)) {
      // This machine has no pg_dump for this server: that is a failure like others, and said.
      assert.match(said, /PROBLEM +backups: \S+ has none yet.*The last try failed: /)
      return
    }
    const [name = '', another] = readdirSync(folder)
    assert.equal(another, undefined)
    assert.match(name, database ? /\.dump$/ : /\.db\.gz$/)
    assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600)
    assert.equal(statSync(folder).mode & 0o777, 0o700)
    assert.match(said, /ok +backups: the last good one is 0 minutes old, 1 are in/)
    const before = readdirSync(cli.folder).sort()
    const checked = await cli.run('restore', '--check', join(folder, name))
    assert.equal(checked.code, 0, checked.stderr)
    assert.match(checked.stdout, /Nothing was changed/)
    assert.deepEqual(readdirSync(cli.folder).sort(), before)
    assert.deepEqual(readdirSync(folder), [name])
    writeFileSync(join(folder, 'bad.db.gz'), 'not a backup')
    assert.equal((await cli.run('restore', '--check', join(folder, 'bad.db.gz'))).code, 1)
  } finally {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
    await database?.drop()
  }
})

/** What doctor says of backups once there was one, or a try. */
async function waitForBackup(cli: Awaited<ReturnType<typeof openCommandLine>>): Promise<string> {
  for (let tried = 0; tried < 30; tried++) {
    const said =
      (await cli.run('doctor')).stdout.split('\n').find((line) => line.includes(' backups: ')) ?? ''
    if (/the last good one|The last try failed/.test(said)) return said
  }
  throw new Error('no backup in time')
}
