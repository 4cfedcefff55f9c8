import { compare, type Requests, type Slices } from './compare.ts'
import type { BenchDatabase, Databases } from './databases.ts'
import type { Figure } from './figures.ts'
import { createFilling } from './fill.ts'
import { openModules } from './open-modules.ts'
import { startServer } from './processes.ts'
import { listIds, listPath, searchPath } from './reads.ts'
import { createHolder, issueToken } from './tokens.ts'

const smallRecords = 100_000
/** Spread over the small database; asked in turn, each with a token of its own. */
const askedPatients = 100

interface Asker {
  token: string
  patientId: string
}

const reads: Array<{ work: string; pathsOf(asker: Asker & { url: string }): Promise<string[]> }> = [
  {
    work: 'read by id, r4',
    pathsOf: async (asker) =>
      (await listIds(asker, 'Observation')).slice(0, 10).map((id) => `/fhir/r4/Observation/${id}`),
  },
  { work: 'list of Immunizations, classic', pathsOf: async () => [listPath] },
  {
    work: 'search by patient, category and date, sorted, r4',
    pathsOf: async ({ patientId }) => [searchPath(patientId)],
  },
]

/**
 * The three reads on a database of so many records against one of 100,000 that was its beginning: the same patients, the
 * same answers, both servers asked in turn.
 */
export async function measureGrowth(
  databases: Databases,
  records: number,
  slices: Slices,
  print: (line: string) => void,
): Promise<Figure[]> {
  const { small, large, askers } = await fillTwo(databases, records, print)
  const servers = [await startServer(small.url), await startServer(large.url)]
  const [smallUrl = '', largeUrl = ''] = servers.map(({ address }) => address)
  const figures: Figure[] = []
  for (const { work, pathsOf } of reads) {
    const requestsTo = async (url: string): Promise<Requests> => {
      const asked = askers.map(async ({ token, patientId }) =>
        (await pathsOf({ url, token, patientId })).map((path) => ({ path, token })),
      )
      return { url, requests: (await Promise.all(asked)).flat() }
    }
    const rates = await compare(await requestsTo(smallUrl), await requestsTo(largeUrl), slices)
    figures.push({
      work: `growth: ${work}; how many times slower with ${records} records than with ${smallRecords} (floor)`,
      goal: { atMost: 1.3 },
      measured: rates.other,
      unit: 'requests/s',
      floor: rates.one,
      ratio: rates.ratio,
    })
  }
  await Promise.all(servers.map((server) => server.stop()))
  return figures
}

/** The first database is copied when it is small, and then goes on. */
async function fillTwo(
  databases: Databases,
  records: number,
  print: (line: string) => void,
): Promise<{ small: BenchDatabase; large: BenchDatabase; askers: Asker[] }> {
  const large = await databases.create()
  const first = await openModules(large.url)
  // More patients than can be needed: the generator makes them as they are asked for.
  const filling = await createFilling(first, records)
  const { practiceId } = await filling.fillTo(first, smallRecords)
  const every = Math.max(1, Math.floor(filling.patientIds.length / askedPatients))
  const patientIds = filling.patientIds.filter((_id, index) => index % every === 0)
  const holder = await createHolder(first, practiceId, patientIds)
  const askers: Asker[] = []
  for (const patientId of patientIds)
    askers.push({ patientId, token: await issueToken(first, holder, patientId) })
  await first.close()
  const small = await large.copy()
  const second = await openModules(large.url)
  for (let written = smallRecords; written < records; ) {
    const filled = await filling.fillTo(second, Math.min(records, written + smallRecords))
    written = filled.records
    print(`${written} records, ${Math.round(filled.resourcesPerSecond)}/s on the whole`)
  }
  await second.close()
  return { small, large, askers }
}
