import { compare, type Slices } from './compare.ts'
import type { Figure } from './figures.ts'
import type { Floor } from './floor.ts'

/** The three reads of the goals, for one patient's token. */
interface Read {
  work: string
  atLeast: number
  paths: string[]
  floorPaths: string[]
  /** The floor that puts the answer together from its records. */
  joinedPath?: string
}

export interface BenchReader {
  url: string
  token: string
  patientId: string
}

export const listPath = '/onpatient_api/fhir/Immunization?page-size=50'

export function searchPath(patientId: string): string {
  return `/fhir/r4/Observation?patient=${patientId}&category=laboratory&date=ge2000&_sort=-date&_count=50`
}

/** The answer's text; throws when it was refused. */
export async function get({ url, token }: Pick<BenchReader, 'url' | 'token'>, path: string): Promise<string> {
  const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return response.text()
}

/** Ids on the first page of a classic list. */
export async function listIds(reader: Pick<BenchReader, 'url' | 'token'>, type: string): Promise<string[]> {
  const list = await get(reader, `/onpatient_api/fhir/${type}?page-size=200`)
  return (JSON.parse(list) as { results: Array<{ id: string }> }).results.map(({ id }) => id)
}

/** Ours against the floor, with the same bytes. */
export async function measureReads(reader: BenchReader, floor: Floor, slices: Slices): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const { work, atLeast, paths, floorPaths, joinedPath } of await describeReads(reader, floor)) {
    const ours = { url: reader.url, requests: paths.map((path) => ({ path, token: reader.token })) }
    const against = async (floorPathsOf: string[]) => {
      await assertSameBytes(reader, paths[0] ?? '', `${floor.url}${floorPathsOf[0]}`)
      const floorRequests = floorPathsOf.map((path) => ({ path }))
      const { one, other, ratio } = await compare(ours, { url: floor.url, requests: floorRequests }, slices)
      return { measured: one, unit: 'requests/s', floor: other, ratio }
    }
    figures.push({ work, goal: { atLeast }, ...(await against(floorPaths)) })
    if (joinedPath !== undefined)
      figures.push({
        work: `the same, the floor reads each record by its key`,
        ...(await against([joinedPath])),
      })
  }
  return figures
}

async function describeReads(reader: BenchReader, floor: Floor): Promise<Read[]> {
  const ids = await listIds(reader, 'Observation')
  const bodies = new Map<string, string>()
  const keepRecords = async (type: string, some: string[]) => {
    const paths: string[] = []
    for (const id of some) {
      const name = `${type}-${id}`
      const body = await get(reader, `/fhir/r4/${type}/${id}`)
      if (!bodies.has(name)) await floor.keep(name, body)
      bodies.set(name, body)
      paths.push(`/answer/${name}`)
    }
    return paths
  }
  const floorPaths = await keepRecords('Observation', ids)
  const list = await get(reader, listPath)
  const search = await get(reader, searchPath(reader.patientId))
  const { entry, total } = JSON.parse(search) as { entry: Array<{ resource: { id: string } }>; total: number }
  const { results } = JSON.parse(list) as { results: Array<{ id: string }> }
  await keepRecords(
    'Observation',
    entry.map(({ resource }) => resource.id).filter((id) => !ids.includes(id)),
  )
  await keepRecords(
    'Immunization',
    results.map(({ id }) => id),
  )
  const byId = { atLeast: 0.7, floorPaths }
  return [
    { ...byId, work: 'read by id, classic', paths: ids.map((id) => `/onpatient_api/fhir/Observation/${id}`) },
    { ...byId, work: 'read by id, r4', paths: ids.map((id) => `/fhir/r4/Observation/${id}`) },
    {
      work: `list of ${results.length} Immunizations, classic`,
      atLeast: 0.7,
      paths: [listPath],
      floorPaths: [await floor.keep('list', list)],
      joinedPath: await floor.keepJoined('list', list, bodies),
    },
    {
      work: `search by patient, category and date, ${entry.length} of ${total}, sorted, r4`,
      atLeast: 0.5,
      paths: [searchPath(reader.patientId)],
      floorPaths: [await floor.keep('search', search)],
      joinedPath: await floor.keepJoined('search', search, bodies),
    },
  ]
}

/** A link to the next page is sealed anew in each answer, so that two are not the same but as long. */
async function assertSameBytes(reader: BenchReader, path: string, floorUrl: string): Promise<void> {
  const withoutLinks = (text: string) => text.replaceAll(/"url":"[^"]*"/g, '')
  const ours = await get(reader, path)
  const theirs = await (await fetch(floorUrl)).text()
  if (ours.length !== theirs.length || withoutLinks(ours) !== withoutLinks(theirs))
    throw new Error(`the floor does not answer the bytes of ${path}`)
}
