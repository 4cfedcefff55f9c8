import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import type { Resource } from 'fhir/r4'
import { parseSearch } from '#fhir/search/parse-search.ts'
import { systemClock } from '#server/clock.ts'
import { createRecords } from '#server/records/records.ts'
import { systemRandom } from '#server/secrets.ts'
import { openSqliteStore } from '#server/store/store.ts'

/** Writes patients one transaction at a time and says each id once its write was acknowledged. */
const writer = `
import { createRecords } from '#server/records/records.ts'
import { systemClock } from '#server/clock.ts'
import { systemRandom } from '#server/secrets.ts'
import { openSqliteStore } from '#server/store/store.ts'
const { db } = await openSqliteStore(process.env.TEST_FILE)
await db.insertInto('practice').values({ id: 'prac_1', name: 'P', kind: 'practice', organization_id: 'o', created_at: 0 }).execute()
const records = createRecords({ db, clock: systemClock, random: systemRandom })
for (let index = 0; ; index++) {
  const id = 'patient-' + index
  const observations = Array.from({ length: 20 }, (_, n) => ({ practiceId: 'prac_1', resource: { resourceType: 'Observation', id: id + '-' + n, status: 'final', code: { text: 'x' }, subject: { reference: 'Patient/' + id } } }))
  await records.write([{ practiceId: 'prac_1', resource: { resourceType: 'Patient', id } }, ...observations])
  process.stdout.write(id + '\\n')
}
`

test('after kill -9 in the middle of writing, everything that was acknowledged is there, and nothing is half-written', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-kill-'))
  const file = join(folder, 'onpatient.db')
  try {
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', writer], {
      cwd: new URL('../..', import.meta.url).pathname,
      env: { ...process.env, TEST_FILE: file },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const acknowledged: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged.push(line)
      if (acknowledged.length === 40) child.kill('SIGKILL')
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    assert.ok(acknowledged.length >= 40)
    const store = await openSqliteStore(file)
    const rows = await store.db.selectFrom('record').select(['patient_id', 'type']).execute()
    const perPatient = Map.groupBy(rows, (row) => row.patient_id)
    for (const id of acknowledged) assert.ok(perPatient.has(id), `${id} was acknowledged and is gone`)
    for (const [id, own] of perPatient) assert.equal(own.length, 21, `${id} is half-written`)
    await store.close()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

/** Writes the index of searches anew, and says how far it is after each batch. */
const indexer = `
import { createRecords } from '#server/records/records.ts'
import { systemClock } from '#server/clock.ts'
import { systemRandom } from '#server/secrets.ts'
import { openSqliteStore } from '#server/store/store.ts'
const { db } = await openSqliteStore(process.env.TEST_FILE)
const records = createRecords({ db, clock: systemClock, random: systemRandom })
await records.bringIndexUpToDate({ onProgress: ({ done }) => process.stdout.write(done + '\\n') })
`

test('a re-index that is killed goes on where it was, and what is there answers meanwhile', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-kill-'))
  const file = join(folder, 'onpatient.db')
  const store = await openSqliteStore(file)
  try {
    const { db } = store
    const records = createRecords({ db, clock: systemClock, random: systemRandom })
    await db
      .insertInto('practice')
      .values({ id: 'oak', name: 'Oak', kind: 'practice', organization_id: 'o', created_at: 0 })
      .execute()
    const all = 2401
    await records.write([
      {
        practiceId: 'oak',
        resource: { resourceType: 'Patient', id: 'zoe', name: [{ family: 'Quill' }] } as Resource,
      },
      ...Array.from({ length: all - 1 }, (_, at) => ({
        practiceId: 'oak',
        resource: {
          ...{ resourceType: 'Observation', id: `o${at}`, status: 'final', code: { text: 'x' } },
          subject: { reference: 'Patient/zoe' },
        } as Resource,
      })),
    ])
    // As older rules had it; the patient comes last.
    await db.updateTable('record_text').set({ value: 'older' }).where('value', '=', 'quill').execute()
    await db.insertInto('search_index').values({ version: 3, next_version: null, next_place: null }).execute()

    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', indexer], {
      cwd: new URL('../..', import.meta.url).pathname,
      env: { ...process.env, TEST_FILE: file },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let reported = 0
    for await (const line of createInterface({ input: child.stdout })) {
      reported = Number(line)
      if (reported === 600) child.kill('SIGKILL')
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    assert.equal(child.signalCode, 'SIGKILL')

    const find = async (type: string, param: string, value: string) => {
      const { conditions } = parseSearch(type, [[param, value]], { strict: true })
      const within = { patientIds: [], practiceIds: ['oak'] }
      return records.countFound(within, { type, conditions, sort: [] })
    }
    // The next start has nothing to wait for.
    await records.openIndex()
    const killed = await records.examineIndex()
    assert.deepEqual([killed.version, killed.isCurrent, killed.all], [3, false, all])
    assert.ok(killed.done >= reported && killed.done < all, `${killed.done} of ${all}`)
    assert.equal(await find('Observation', 'status', 'final'), all - 1)
    assert.equal(await find('Patient', 'family', 'older'), 1)
    const steps: number[] = []
    await records.bringIndexUpToDate({ onProgress: ({ done }) => steps.push(done) })
    assert.equal(steps[0], Math.min(killed.done + 200, all))
    assert.equal(steps.at(-1), all)
    assert.equal((await records.examineIndex()).isCurrent, true)
    assert.equal(await find('Observation', 'status', 'final'), all - 1)
    assert.deepEqual(
      [await find('Patient', 'family', 'quill'), await find('Patient', 'family', 'older')],
      [1, 0],
    )
  } finally {
    await store.close()
    await rm(folder, { recursive: true, force: true })
  }
})
