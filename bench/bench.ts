/**
 * `npm run bench`: the goals of speed and size beside a floor that is measured in the same run. Machines are noisy, so
 * read the ratios.
 *
 *     npm run bench -- [--store sqlite|postgres|both] [--patients 300] [--slices 5] [--seconds 1] [--json FILE]
 *     npm run bench -- --growth[=10m]     the reads at a million (ten million) resources against 100,000
 *     npm run bench -- --import-memory    memory while a file of 2 GB is imported
 *
 * With real Synthea patients in `../shared/data/synthea` (or in the folder that ONPATIENT_TEST_DATA names), those are
 * imported; else patients are generated.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Slices } from './compare.ts'
import { connections } from './compare.ts'
import { type Databases, openDatabases, type StoreKind } from './databases.ts'
import { createTable, type Figure } from './figures.ts'
import { fillGenerated, findBusyPatient, importSynthea, syntheaFolder } from './fill.ts'
import { startFloor } from './floor.ts'
import { openNouns } from './open-nouns.ts'
import { peakMegabytes, startServer, stopAll } from './processes.ts'
import { get, measureReads } from './reads.ts'
import { measureTokenExchange } from './token-exchange.ts'
import { createHolder, issueToken } from './tokens.ts'

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'both' },
    patients: { type: 'string', default: '300' },
    slices: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
})
const slices: Slices = { slices: Number(values.slices), seconds: Number(values.seconds) }
const kinds: StoreKind[] =
  values.store === 'sqlite' || values.store === 'postgres' ? [values.store] : ['sqlite', 'postgres']
const figures: Partial<Record<StoreKind, Figure[]>> = {}
try {
  for (const kind of kinds) {
    const databases = await openDatabases(kind)
    try {
      figures[kind] = await measureAll(databases)
    } finally {
      await stopAll()
      await databases.close()
    }
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`)
} catch (error) {
  await stopAll()
  throw error
}
// Said outright: the embedded PostgreSQL ends the process by itself and would forget the code.
process.exit(0)

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function measureAll(databases: Databases): Promise<Figure[]> {
  const table = createTable(databases.kind, print)
  const database = await databases.create()
  const filled = existsSync(syntheaFolder)
    ? await importSynthea(database, syntheaFolder)
    : await fillGenerated(database, Number(values.patients))
  const { practiceId, records, origin, resourcesPerSecond } = filled
  table.add({
    work: `import of ${records} resources (${origin}), every index on`,
    goal: { atLeast: 5000 },
    measured: resourcesPerSecond,
    unit: 'resources/s',
  })
  const bytes = (await database.bytes()) / records / 1024
  table.add({ work: 'on disk for each resource', measured: bytes, unit: 'KB' })
  const nouns = await openNouns(database.url)
  try {
    const patientId = await findBusyPatient(nouns, practiceId)
    const holder = await createHolder(nouns, practiceId, [patientId])
    const token = await issueToken(nouns, holder, patientId)
    const server = await startServer(database.url)
    const reader = { url: server.address, token, patientId }
    await get(reader, '/fhir/r4/Observation?_count=1')
    const seconds = (performance.now() - server.startedAt) / 1000
    table.add({
      work: 'first authenticated answer after start',
      goal: { atMost: 1 },
      measured: seconds,
      unit: 's',
    })
    const floor = await startFloor(nouns.store.db, database.url)
    table.add(...(await measureReads(reader, floor, slices)))
    const peak = peakMegabytes(server.pid)
    if (peak !== undefined)
      table.add({
        work: `memory while serving ${connections} connections, at its most`,
        goal: { atMost: 250 },
        measured: peak,
        unit: 'MB',
      })
    await Promise.all([server.stop(), floor.running.stop()])
    table.add(await measureTokenExchange(database.url, practiceId, patientId, slices.slices))
  } finally {
    await nouns.close()
  }
  return table.figures
}
