import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Resource } from 'fhir/r4'
import { systemClock } from '#server/clock.ts'
import { generatePractice } from '#server/demo/generator/generate-practice.ts'
import type { ImportOutcome } from '#server/import/import.ts'
import { createRecords } from '#server/records/records.ts'
import { systemRandom } from '#server/secrets.ts'
import { countAllRows, createDatabase } from './database-on-its-own.ts'
import { createMoments } from './random-moments.ts'

const seed = 20_261_124
const kills = 6
const practiceId = 'prac_1'

/** Families in lines, in transaction Bundles, and in lines without ids. */
async function writeFiles(folder: string): Promise<number> {
  const made = generatePractice({ seed: 5, patients: 12, asOf: new Date('2026-11-01T12:00:00Z') })
  const families = [...made.families()].map(({ members }) =>
    members.flatMap(({ patient, records }) => [patient, ...records]),
  )
  const lines = (resources: Resource[]) => resources.map((each) => JSON.stringify(each)).join('\n')
  await mkdir(join(folder, 'bundles'))
  for (const [index, family] of families.entries()) {
    const entry = family.map((resource) => ({
      resource,
      request: { method: 'POST', url: resource.resourceType },
    }))
    const bundle = { resourceType: 'Bundle', type: 'transaction', entry }
    if (index % 2 === 0) await writeFile(join(folder, 'bundles', `${index}.json`), JSON.stringify(bundle))
    else await writeFile(join(folder, `${index}.ndjson`), lines(family))
  }
  const nameless = made.shared.map(({ id: _id, ...rest }) => rest as Resource)
  await writeFile(join(folder, 'shared.ndjson'), lines([...made.shared, ...nameless]))
  return families.flat().length + 2 * made.shared.length
}

type Database = Awaited<ReturnType<typeof createDatabase>>

async function addPractice({ open }: Database): Promise<void> {
  const { db, close } = await open()
  const row = { id: practiceId, name: 'P', kind: 'practice', organization_id: 'o', created_at: 0 } as const
  await db.insertInto('practice').values(row).execute()
  await close()
}

/** Runs an import, and kills it some milliseconds after so many records. Undefined when it was killed. */
async function runImport(
  { url }: Database,
  folder: string,
  kill?: { afterRecords: number; andMs: number },
): Promise<ImportOutcome | undefined> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'import-process.ts'), url, practiceId, folder],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let outcome: ImportOutcome | undefined
  let isAimedAt = false
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('{')) outcome = JSON.parse(line)
    if (!kill || isAimedAt || !(Number(line) >= kill.afterRecords)) continue
    isAimedAt = true
    void sleep(kill.andMs).then(() => child.kill('SIGKILL'))
  }
  return outcome
}

/** Everything that the practice has, without when it was written, and the rows of every table. */
async function describeContent({ open }: Database) {
  const store = await open()
  const records = createRecords({ db: store.db, clock: systemClock, random: systemRandom })
  const contents: string[] = []
  for await (const batch of records.walk(practiceId))
    contents.push(...batch.records.map(({ content }) => content.replace(/"lastUpdated":"[^"]*"/, '')))
  const rows = await countAllRows(store)
  await store.close()
  return { contents: contents.sort(), rows }
}

test('an import that is killed again and again, and repeated, ends with what an undisturbed one has', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-files-'))
  await using undisturbed = await createDatabase()
  await using disturbed = await createDatabase()
  try {
    const total = await writeFiles(folder)
    await addPractice(undisturbed)
    await addPractice(disturbed)
    const whole = await runImport(undisturbed, folder)
    assert.equal(whole?.created, total)
    const moment = createMoments(seed)
    let killed = 0
    for (let tried = 0; tried < kills; tried++) {
      const kill = { afterRecords: moment() * total * 0.9, andMs: moment() * 40 }
      if ((await runImport(disturbed, folder, kill)) === undefined) killed++
    }
    assert.ok(killed >= kills / 2, `only ${killed} of ${kills} were killed before their end`)
    const last = await runImport(disturbed, folder)
    assert.deepEqual(last?.problems, [])
    assert.equal((last?.created ?? 0) + (last?.unchanged ?? 0), total)
    assert.equal(last?.updated, 0)
    const [expected, found] = [await describeContent(undisturbed), await describeContent(disturbed)]
    assert.equal(expected.contents.length, total)
    assert.deepEqual(found.contents, expected.contents, `seed ${seed}`)
    assert.deepEqual(found.rows, expected.rows, `seed ${seed}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
