import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
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
