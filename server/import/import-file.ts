import { createHash } from 'node:crypto'
import type { Bundle, Resource } from 'fhir/r4'
import { findSubjects } from '#fhir/compartment/compartment.ts'
import { stringifyExact } from '#fhir/exact-json.ts'
import { findBundleFault, type PreparedEntry, prepareBundle } from './bundle.ts'
import { type ImportSource, UnreadableFileError } from './import-source.ts'
import { type FileItem, readItems } from './read-items.ts'
import { resolveReferences, type Surroundings } from './resolve-references.ts'
import { createUnitSet, type UnitSet } from './unit-set.ts'
import { type Located, refuseRest, type WriteTarget, writeBatch } from './write-batch.ts'

/** A file is read again for the units that had to wait; see `importRecords`. */
export interface Round {
  isFirst: boolean
  /** Whether the target of a reference may still come. */
  mayWait: boolean
}

/**
 * One pass through one file. A unit is imported by itself: a line, a transaction Bundle, or an entry of another Bundle. Units are
 * numbered as they come, which is the same each time.
 */
interface ImportState extends WriteTarget {
  file: string
  round: Round
  /** Undefined: all units. */
  wanted: UnitSet | undefined
  waiting: UnitSet
  unit: number
  lines: Located[]
  /** The length of the texts of `lines`. */
  lineBytes: number
}

/** The most lines of NDJSON in one transaction. Fewer when they are long. */
const linesPerBatch = 250
const bytesPerBatch = 1024 * 1024

/**
 * Imports the wanted units of a file; returns those that wait for something in another file. The last write may still go on.
 */
export async function importFile(
  target: WriteTarget,
  { source, wanted, round }: Pick<ImportState, 'wanted' | 'round'> & { source: ImportSource },
  onWritten: (bytesRead: number) => void,
): Promise<UnitSet> {
  const { name: file } = source
  let bytesRead = 0
  const state: ImportState = {
    ...target,
    file,
    round,
    wanted,
    waiting: createUnitSet(),
    unit: 0,
    lines: [],
    lineBytes: 0,
  }
  const tellWritten = () => {
    const bytes = bytesRead
    target.writes.afterwards(() => onWritten(bytes))
  }
  try {
    for await (const item of readItems(source, (bytes) => (bytesRead += bytes))) {
      await importItem(state, item)
      if (!isBatchFull(state) && item.kind !== 'bundle') continue
      await flushLines(state)
      tellWritten()
    }
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error
    if (round.isFirst) target.tally.refuse({ file, reason: error.message })
  }
  await flushLines(state)
  tellWritten()
  return state.waiting
}

function isBatchFull({ lines, lineBytes }: ImportState): boolean {
  return lines.length >= linesPerBatch || lineBytes >= bytesPerBatch
}

async function flushLines(state: ImportState): Promise<void> {
  const { lines } = state
  state.lines = []
  state.lineBytes = 0
  if (lines.length > 0) await writeBatch(state, { file: state.file, located: lines, mode: 'each' })
}

async function importItem(state: ImportState, item: FileItem): Promise<void> {
  const { place } = item
  if (item.kind === 'bundle') return importBundle(state, item.bundle, place)
  const unit = state.unit++
  if (!isWanted(state, unit)) return
  if (item.kind === 'problem') return state.tally.refuse({ file: state.file, place, reason: item.reason })
  const { resource } = item
  const named = resource.id === undefined ? { ...resource, id: makeId(state.practiceId, resource) } : resource
  const around = { addresses: new Map<string, string>(), own: { find: () => [] }, directory: state.directory }
  if (!(await isReady(state, unit, { place, resource: named }, around))) return
  state.lines.push({ place, resource: named })
  state.lineBytes += item.bytes
}

async function importBundle(state: ImportState, bundle: Bundle, place: string | undefined): Promise<void> {
  const fault = findBundleFault(bundle)
  if (fault !== undefined) {
    if (isWanted(state, state.unit++)) state.tally.refuse({ file: state.file, place, reason: fault })
    return
  }
  const { entries, around } = await prepareBundle(bundle, {
    directory: state.directory,
    makeId: (resource) => makeId(state.practiceId, resource),
  })
  const located = entries.map((entry, index) => ({ entry, place: placeOf(place, index) }))
  // The lines before it may hold targets of its references, so they are written first.
  await flushLines(state)
  if (bundle.type === 'transaction') await importTransaction(state, located, around)
  else await importEach(state, located, around)
}

type LocatedEntry = { entry: PreparedEntry; place: string }

function placeOf(bundle: string | undefined, index: number): string {
  return bundle === undefined ? `entry ${index + 1}` : `${bundle}, entry ${index + 1}`
}

/** All or nothing (FHIR R4 http.html#transaction). One fault refuses the Bundle, and one missing target makes it wait. */
async function importTransaction(
  state: ImportState,
  entries: LocatedEntry[],
  around: Surroundings,
): Promise<void> {
  const unit = state.unit++
  if (!isWanted(state, unit)) return
  const { file, round, tally } = state
  const wrong: Array<{ place: string; reference?: string; reason: string }> = []
  let isRefused = false
  const located: Located[] = []
  for (const { entry, place } of entries) {
    if (entry.kind === 'present') continue
    if (entry.kind === 'refused') {
      isRefused = true
      wrong.push({ place, reason: entry.reason })
      continue
    }
    located.push({ place, resource: entry.resource })
    const { faults, missing } = await resolveReferences(entry.resource, around)
    const [reason] = [...faults, ...missing]
    if (reason === undefined) continue
    isRefused ||= faults.length > 0 || !round.mayWait
    wrong.push({ place, reference: referenceOf(entry.resource), reason })
  }
  if (isRefused) {
    for (const problem of wrong) tally.refuse({ file, ...problem })
    refuseRest(tally, file, entries.length - wrong.length)
  } else if (wrong.length > 0) state.waiting.add(unit)
  else await writeBatch(state, { file, located, mode: 'all-or-nothing', present: countPresent(entries) })
}

/** Imports each entry by itself. The entries that are ready share one transaction of the store. */
async function importEach(state: ImportState, entries: LocatedEntry[], around: Surroundings): Promise<void> {
  const ready: Located[] = []
  const wanted = entries
    .map((each) => ({ ...each, unit: state.unit++ }))
    .filter(({ unit }) => isWanted(state, unit))
  for (const { entry, place, unit } of wanted) {
    if (entry.kind === 'refused') state.tally.refuse({ file: state.file, place, reason: entry.reason })
    else if (entry.kind === 'record' && (await isReady(state, unit, { place, ...entry }, around)))
      ready.push({ place, resource: entry.resource })
  }
  await writeBatch(state, {
    file: state.file,
    located: ready,
    mode: 'each',
    present: countPresent(wanted),
  })
}

function countPresent(entries: LocatedEntry[]): number {
  return entries.filter(({ entry }) => entry.kind === 'present').length
}

/** Whether a unit of one record can be written now. If not, it is reported or waits. */
async function isReady(
  { file, round, tally, waiting }: ImportState,
  unit: number,
  { place, resource }: Located,
  around: Surroundings,
): Promise<boolean> {
  const { faults, missing } = await resolveReferences(resource, around)
  const [reason] = round.mayWait ? faults : [...faults, ...missing]
  if (reason !== undefined) tally.refuse({ file, place, reference: referenceOf(resource), reason })
  // The patients of a Provenance are known only when its targets exist, so it comes after everything else.
  else if (missing.length > 0 || (round.isFirst && isAboutItsTargets(resource))) waiting.add(unit)
  else return true
  return false
}

function isAboutItsTargets(resource: Resource): boolean {
  return (findSubjects(resource)?.through.length ?? 0) > 0
}

function isWanted({ wanted }: ImportState, unit: number): boolean {
  return wanted === undefined || wanted.has(unit)
}

function referenceOf(resource: Resource): string {
  return `${resource.resourceType}/${resource.id}`
}

/**
 * The id is made from the content, so that a repeated import finds its record, and from the practice, because an id belongs to
 * one practice.
 */
function makeId(practiceId: string, resource: Resource): string {
  try {
    const text = `${practiceId}\n${stringifyExact(resource)}`
    return createHash('sha256').update(text).digest('hex').slice(0, 32)
  } catch (error) {
    // A resource that cannot be written is refused under any id.
    if (error instanceof RangeError) return 'nested-too-deeply'
    throw error
  }
}
