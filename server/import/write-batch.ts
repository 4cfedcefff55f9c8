import type { Resource } from 'fhir/r4'
import type { Records, WriteMode } from '#server/records/records.ts'
import type { PracticeDirectory } from './practice-directory.ts'
import type { Tally } from './tally.ts'
import type { WriteQueue } from './write-queue.ts'

/** A resource that is ready to be written, with its place in the file. */
export interface Located {
  place: string | undefined
  resource: Resource
}

export interface WriteTarget {
  records: Pick<Records, 'prepare'>
  practiceId: string
  directory: PracticeDirectory
  tally: Tally
  writes: WriteQueue
}

interface Batch {
  file: string
  located: Located[]
  mode: WriteMode
  /** Entries that were there already. */
  present?: number
}

/** A batch of more records is not held in memory beside the next one. */
const recordsBeside = 2000

/**
 * Writes in one transaction of the store, and reports refused records. Resolves when the write has begun, so that more is read
 * meanwhile.
 */
export async function writeBatch(
  { records, practiceId, directory, tally, writes }: WriteTarget,
  { file, located, mode, present = 0 }: Batch,
): Promise<void> {
  const write = records.prepare(
    located.map(({ resource }) => ({ practiceId, resource })),
    { mode },
  )
  const types = new Set(located.map(({ resource }) => resource.resourceType))
  await writes.add(types, write, (written) => {
    const refused = new Set(written.rejected.map(({ reference }) => reference))
    const places = placesOf(located, refused)
    for (const { reference, reason } of written.rejected)
      tally.refuse({ file, place: places.get(reference)?.shift(), reference, reason })
    const renamed = placesOf(located, new Set(written.renamed.map(({ reference }) => reference)))
    for (const { reference, keptAs } of written.renamed)
      tally.rename({ file, place: renamed.get(reference)?.shift(), reference, keptAs })
    const isNothing = mode === 'all-or-nothing' && refused.size > 0
    if (isNothing) refuseRest(tally, file, located.length + present - written.rejected.length)
    else tally.countWritten({ ...written, unchanged: written.unchanged + present })
    for (const { resource } of isNothing ? [] : located)
      if (!refused.has(`${resource.resourceType}/${resource.id}`)) directory.add(resource)
  })
  if (located.length > recordsBeside) await writes.settled()
}

/** The other records of a transaction Bundle in which some were refused. */
export function refuseRest(tally: Tally, file: string, records: number): void {
  if (records <= 0) return
  const rest = records === 1 ? 'its other record was' : `its ${records} other records were`
  tally.refuse(
    { file, reason: `A transaction is imported as a whole or not at all, so ${rest} left out too.` },
    records,
  )
}

function placesOf(
  located: Located[],
  references: ReadonlySet<string>,
): Map<string, Array<string | undefined>> {
  const places = new Map<string, Array<string | undefined>>()
  if (references.size === 0) return places
  for (const { place, resource } of located) {
    const reference = `${resource.resourceType}/${resource.id}`
    if (references.has(reference)) places.set(reference, [...(places.get(reference) ?? []), place])
  }
  return places
}
