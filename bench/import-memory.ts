import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generatePractice } from '#server/demo/generator/generate-practice.ts'
import type { Databases } from './databases.ts'
import type { Figure } from './figures.ts'
import { openModules } from './open-modules.ts'
import { peakMegabytes, run } from './processes.ts'

const megabyte = 1024 * 1024

/** Imports an NDJSON file of so many megabytes with the real command and tells the most memory that it had. */
export async function measureImportMemory(databases: Databases, megabytes: number): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-bench-import-'))
  try {
    const file = join(folder, 'records.ndjson')
    const lines = await writeLines(file, megabytes * megabyte)
    const database = await databases.create()
    const modules = await openModules(database.url)
    await modules.practices.create({ name: 'Bench', kind: 'practice' })
    await modules.close()
    let peak = 0
    const printed = await run(
      ['server/cli/onpatient.js', 'import', file, '--json'],
      { DATABASE_URL: database.url },
      (pid) => {
        peak = Math.max(peak, peakMegabytes(pid) ?? 0)
      },
    )
    const { created, seconds } = JSON.parse(printed) as { created: number; seconds: number }
    if (created !== lines) throw new Error(`${created} of ${lines} lines were imported`)
    if (peak === 0) throw new Error('this system does not tell how much memory a process has')
    return [
      {
        work: `import of a file of ${megabytes} MB, ${lines} lines: memory at its most`,
        goal: { atMost: 300 },
        measured: peak,
        unit: 'MB',
      },
      { work: 'the same: speed', goal: { atLeast: 5000 }, measured: created / seconds, unit: 'resources/s' },
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Writes made-up patients until the file is that large; returns the number of lines. */
export async function writeLines(file: string, bytes: number): Promise<number> {
  // More patients than can be needed: they are made as they are written.
  const practice = generatePractice({ seed: 2, patients: bytes, asOf: new Date('2026-11-01T12:00:00Z') })
  const stream = createWriteStream(file)
  let lines = 0
  let written = 0
  const write = async (resources: object[]) => {
    const text = resources.map((resource) => `${JSON.stringify(resource)}\n`).join('')
    lines += resources.length
    written += Buffer.byteLength(text)
    if (!stream.write(text)) await once(stream, 'drain')
  }
  await write(practice.shared)
  for (const { members } of practice.families()) {
    if (written >= bytes) break
    await write(members.flatMap(({ patient, records }) => [patient, ...records]))
  }
  stream.end()
  await once(stream, 'finish')
  return lines
}
