/**
 * `npm run bench`: the goals of speed and size beside a floor that is measured in the same run. Machines are noisy, so
 * read the ratios.
 *
 *     npm run bench -- [--store sqlite|postgres|both] [--patients 300] [--slices 5] [--seconds 1] [--json FILE]
 *     npm run bench -- --growth[=10m]     the reads at a million (ten million) resources against 100,000
 *     npm run bench -- --hostile[=700k]   what bystanders wait while ten clients send the costliest requests
 *     npm run bench -- --panel            reads by id in a practice of 100,000 patients against one of 100
 *     npm run bench -- --import-memory[=2048]   memory while a file of so many megabytes is imported
 *
 * With real Synthea patients in `../shared/data/synthea` (or in the folder that ONPATIENT_TEST_DATA names), those are
 * imported; else patients are generated.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Slices } from './compare.ts'
import { type Databases, openDatabases, type StoreKind } from './databases.ts'
import { createTable, type Figure } from './figures.ts'
import { measureGoals } from './goals.ts'
import { measureGrowth } from './growth.ts'
import { measureHostile } from './hostile.ts'
import { measureImportMemory } from './import-memory.ts'
import { measurePanel } from './panel.ts'
import { stopAll } from './processes.ts'

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'both' },
    patients: { type: 'string', default: '300' },
    slices: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1' },
    json: { type: 'string' },
    growth: { type: 'string' },
    'import-memory': { type: 'string' },
    hostile: { type: 'string' },
    panel: { type: 'boolean' },
  },
  args: process.argv.slice(2).map(
    (each) =>
      ({
        '--growth': '--growth=1m',
        '--hostile': '--hostile=700k',
        '--import-memory': '--import-memory=2048',
      })[each] ?? each,
  ),
})
const slices: Slices = { slices: Number(values.slices), seconds: Number(values.seconds) }
const kinds: StoreKind[] =
  values.store === 'sqlite' || values.store === 'postgres' ? [values.store] : ['sqlite', 'postgres']
const figures: Partial<Record<StoreKind, Figure[]>> = {}
try {
  for (const kind of kinds) {
    const databases = await openDatabases(kind)
    try {
      figures[kind] = await measure(databases)
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

async function measure(databases: Databases): Promise<Figure[]> {
  const megabytes = values['import-memory']
  if (values.growth !== undefined) return measureGrown(databases, values.growth)
  if (values.hostile !== undefined) return measureUnderAttack(databases, values.hostile)
  const table = createTable(databases.kind, print)
  if (values.panel) table.add(...(await measurePanel(databases, slices)))
  else if (megabytes === undefined)
    await measureGoals(databases, table, { ...slices, patients: Number(values.patients) })
  else table.add(...(await measureImportMemory(databases, Number(megabytes))))
  return table.figures
}

/** `size`: `1m` or `10m`. */
async function measureGrown(databases: Databases, size: string): Promise<Figure[]> {
  const [, millions] = /^(\d+)m$/.exec(size) ?? []
  if (millions === undefined) throw new Error(`--growth takes 1m or 10m, not ${size}`)
  const grown = await measureGrowth(databases, Number(millions) * 1_000_000, slices, print)
  const table = createTable(databases.kind, print)
  table.add(...grown)
  return table.figures
}

/** `size`: thousands of records, `700k`. */
async function measureUnderAttack(databases: Databases, size: string): Promise<Figure[]> {
  const [, thousands] = /^(\d+)k$/.exec(size) ?? []
  if (thousands === undefined)
    throw new Error(`--hostile takes a number of thousands such as 700k, not ${size}`)
  const options = { records: Number(thousands) * 1000, seconds: Math.max(20, Number(values.seconds)) }
  const table = createTable(databases.kind, print)
  table.add(...(await measureHostile(databases, options)))
  return table.figures
}
