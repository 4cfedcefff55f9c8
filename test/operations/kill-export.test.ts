import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Resource } from 'fhir/r4'
import type { ExportOutcome } from '#server/export/export.ts'
import { openModules } from '../../bench/open-modules.ts'
import { createDatabase } from './database-on-its-own.ts'
import { createMoments } from './random-moments.ts'

const seed = 20_261_125
const kills = 6
const practiceId = 'prac_1'
const total = 16_020

function recordsOf(patientId: string): Resource[] {
  const types = ['Observation', 'Condition', 'Procedure']
  const subject = { reference: `Patient/${patientId}` }
  const others = Array.from({ length: 800 }, (_, index) => ({
    resourceType: types[index % types.length],
    id: `${patientId}-${index}`,
    status: 'final',
    code: { text: `what was seen for the ${index}th time` },
    subject,
  }))
  return [{ resourceType: 'Patient', id: patientId }, ...others] as Resource[]
}

async function fill(url: string): Promise<void> {
  const { records, store, close } = await openModules(url)
  const row = { id: practiceId, name: 'P', kind: 'practice', organization_id: 'o', created_at: 0 } as const
  await store.db.insertInto('practice').values(row).execute()
  for (let patient = 0; patient < 20; patient++) {
    const batch = recordsOf(`p${patient}`).map((resource) => ({ practiceId, resource }))
    assert.deepEqual((await records.write(batch)).rejected, [])
  }
  await close()
}

/** Undefined when it was killed. */
function runExport(
  url: string,
  { folder, gzip, kill = [] }: { folder: string; gzip: boolean; kill?: number[] },
): ExportOutcome | undefined {
  const script = join(import.meta.dirname, 'export-process.ts')
  const { stdout, stderr, signal } = spawnSync(
    process.execPath,
    [script, url, practiceId, folder, ...[gzip, ...kill].map(String)],
    { encoding: 'utf8' },
  )
  if (signal === 'SIGKILL') return undefined
  assert.notEqual(stdout, '', stderr)
  return JSON.parse(stdout)
}

/** The digest of each file. */
async function readFiles(folder: string): Promise<Record<string, string>> {
  const digests: Record<string, string> = {}
  for (const name of (await readdir(folder)).sort())
    digests[name] = createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex')
  return digests
}

test('an export that is killed again and again, and repeated, ends with the files of an undisturbed one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-export-'))
  await using database = await createDatabase()
  try {
    await fill(database.url)
    const moment = createMoments(seed)
    let killed = 0
    let kept = 0
    for (const gzip of [false, true]) {
      const whole = join(folder, `whole-${gzip}`)
      assert.equal(runExport(database.url, { folder: whole, gzip })?.records, total)
      const disturbed = join(folder, `disturbed-${gzip}`)
      for (let tried = 0; tried < kills / 2; tried++) {
        const kill = [moment() * total, moment() * 30]
        runExport(database.url, { folder: disturbed, gzip, kill })
        const isStopped = (await readdir(disturbed)).some((name) => name.endsWith('.part'))
        if (isStopped) killed++
        // It was done before it was killed: the next run starts anew.
        else await rm(disturbed, { recursive: true })
      }
      const last = runExport(database.url, { folder: disturbed, gzip })
      assert.equal(last?.records, total)
      assert.equal(last?.changedMeanwhile, false)
      kept += last?.kept ?? 0
      assert.deepEqual(await readFiles(disturbed), await readFiles(whole), `seed ${seed}`)
    }
    assert.ok(killed >= kills / 2, `only ${killed} of ${kills} were killed before their end`)
    assert.ok(kept > 0, 'nothing that a killed run had written was kept')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
