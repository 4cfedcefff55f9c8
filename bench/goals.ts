import { existsSync } from 'node:fs'
import { connections, type Slices } from './compare.ts'
import type { Databases } from './databases.ts'
import type { createTable } from './figures.ts'
import { fillGenerated, findBusyPatient, importSynthea, syntheaFolder } from './fill.ts'
import { startFloor } from './floor.ts'
import { openModules } from './open-modules.ts'
import { peakMegabytes, startServer } from './processes.ts'
import { get, measureReads } from './reads.ts'
import { measureTokenExchange } from './token-exchange.ts'
import { createHolder, issueToken } from './tokens.ts'

/** Every goal on one database of one kind; `patients` are generated where there are none of Synthea. */
export async function measureGoals(
  databases: Databases,
  table: ReturnType<typeof createTable>,
  { patients, ...slices }: Slices & { patients: number },
): Promise<void> {
  const database = await databases.create()
  const filled = existsSync(syntheaFolder)
    ? await importSynthea(database, syntheaFolder)
    : await fillGenerated(database, patients)
  const { practiceId, records, origin, resourcesPerSecond } = filled
  table.add({
    work: `import of ${records} resources (${origin}), every index on`,
    goal: { atLeast: 5000 },
    measured: resourcesPerSecond,
    unit: 'resources/s',
  })
  const bytes = (await database.bytes()) / records / 1024
  table.add({ work: 'on disk for each resource', measured: bytes, unit: 'KB' })
  const modules = await openModules(database.url)
  try {
    const patientId = await findBusyPatient(modules, practiceId)
    const holder = await createHolder(modules, practiceId, [patientId])
    const token = await issueToken(modules, holder, patientId)
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
    const floor = await startFloor(modules.store.db, database.url)
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
    await modules.close()
  }
}
