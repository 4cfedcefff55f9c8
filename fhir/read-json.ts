import { findDuplicateKey } from './duplicate-keys.ts'
import { parseExact, putExact } from './exact-json.ts'
import { type JsonPart, type JsonScan, scanJson } from './scan-json.ts'

interface JsonOptions {
  /** How many levels the value may have. */
  deepest: number
  /** How many names, items and values one resource may have; an entry of a Bundle counts by itself. */
  mostValues: number
  /** Called between pieces of the work; the work goes on when the promise is settled. */
  breathe(): Promise<void> | undefined
  /** Below this size a text is read in one piece. */
  smallBytes?: number
}

/** Why a text was refused. */
export type JsonFault =
  /** Where the fault is, when that is known: `position 17`. */
  | { fault: 'not-json'; place: string | undefined }
  | { fault: 'too-deep' }
  | { fault: 'too-many-values'; path: string }
  | { fault: 'name-twice'; path: string; root: unknown }

/** Each of their items is a resource of its own. */
const containers = ['Bundle', 'Parameters']

/**
 * Reads a JSON text in UTF-8 and keeps numbers as they are written. A large text is read in pieces: first the text around the
 * parts, then each part. So other requests do not wait for the whole text.
 */
export async function readJson(
  bytes: Buffer,
  { deepest, mostValues, breathe, smallBytes = 64 * 1024 }: JsonOptions,
): Promise<{ value: unknown } | JsonFault> {
  const scan = await scanInSlices(bytes, { mostValues, breathe })
  const { parts } = scan
  if (scan.depth > deepest) return { fault: 'too-deep' }
  if (scan.values > mostValues) return { fault: 'too-many-values', path: '' }
  if (scan.isCutOff) return { fault: 'not-json', place: endOfInput }
  const values = parts.reduce((sum, part) => sum + part.values, scan.values)
  if (bytes.length <= smallBytes && values <= mostValues) return readWhole(bytes, scan)
  const around = parsePiece(textAround(bytes, parts), scan.hasExactNumbers)
  if ('fault' in around) return placeAround(around, bytes, parts)
  const { value } = around
  if (values > mostValues && !isContainer(value)) return { fault: 'too-many-values', path: '' }
  for (const { holder, index, path, part } of placesOf(value, parts)) {
    await breathe()
    if (part.values > mostValues) return { fault: 'too-many-values', path }
    const piece = parsePiece(textOf(bytes, part), part.hasExactNumbers)
    if ('fault' in piece) return placeInPart(piece, { bytes, part, path, root: value })
    putExact(holder.items, index, piece.value)
    if (holder.name !== undefined) putExact(value as object, holder.name, holder.items)
  }
  return around
}

/** Ends early when there are too many values. */
async function scanInSlices(
  bytes: Buffer,
  { mostValues, breathe }: Pick<JsonOptions, 'mostValues' | 'breathe'>,
): Promise<JsonScan> {
  const slices = scanJson(bytes)
  for (;;) {
    const { value, done } = slices.next()
    if (done || value.values > mostValues) return value
    await breathe()
  }
}

function readWhole(bytes: Buffer, { parts, hasExactNumbers }: JsonScan): { value: unknown } | JsonFault {
  const hasExact = hasExactNumbers || parts.some((part) => part.hasExactNumbers)
  const piece = parsePiece(bytes.toString('utf8'), hasExact)
  return 'fault' in piece ? placeAround(piece, bytes, []) : piece
}

const endOfInput = 'end of JSON input'

type PieceFault =
  | { fault: 'not-json'; position: number | typeof endOfInput | undefined }
  | { fault: 'name-twice'; path: string; root: unknown }

function parsePiece(text: string, hasExact: boolean): { value: unknown } | PieceFault {
  let value: unknown
  try {
    value = parseExact(text, hasExact)
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    const [, position] = /position (\d+)/.exec(message) ?? []
    if (position !== undefined) return { fault: 'not-json', position: Number(position) }
    return { fault: 'not-json', position: message.includes(endOfInput) ? endOfInput : undefined }
  }
  const path = findDuplicateKey(text)
  return path === undefined ? { value } : { fault: 'name-twice', path, root: value }
}

function isContainer(value: unknown): boolean {
  const { resourceType } = (value ?? {}) as { resourceType?: unknown }
  return typeof resourceType === 'string' && containers.includes(resourceType)
}

function textOf(bytes: Buffer, { start, end }: JsonPart): string {
  return bytes.toString('utf8', start, end)
}

/** Stands for a part. */
function placeholder(at: number): string {
  return `{"":${at}}`
}

/** The text with a placeholder for each part. */
function textAround(bytes: Buffer, parts: readonly JsonPart[]): string {
  const pieces = parts.map(
    ({ start }, at) => bytes.toString('utf8', parts[at - 1]?.end ?? 0, start) + placeholder(at),
  )
  return pieces.join('') + bytes.toString('utf8', parts.at(-1)?.end ?? 0)
}

interface PartPlace {
  /** The array in which the part stands, and its name when it is a member of the outermost value. */
  holder: { items: unknown[]; name: string | undefined }
  index: number
  path: string
  part: JsonPart
}

/** Every object in an array on the first two levels is a placeholder. */
function* placesOf(outermost: unknown, parts: readonly JsonPart[]): Generator<PartPlace> {
  if (typeof outermost !== 'object' || outermost === null) return
  const holders = Array.isArray(outermost)
    ? [{ items: outermost as unknown[], name: undefined }]
    : Object.entries(outermost).flatMap(([name, items]) =>
        Array.isArray(items) ? [{ items: items as unknown[], name }] : [],
      )
  for (const holder of holders)
    for (const [index, item] of holder.items.entries()) {
      const part = isPlaceholder(item) ? parts[item['']] : undefined
      if (part) yield { holder, index, path: `${holder.name ?? ''}[${index}]`, part }
    }
}

function isPlaceholder(item: unknown): item is { '': number } {
  return typeof item === 'object' && item !== null && !Array.isArray(item)
}

/** A fault between the parts, at its place in the whole text. */
function placeAround(fault: PieceFault, bytes: Buffer, parts: readonly JsonPart[]): JsonFault {
  if (fault.fault === 'name-twice') return fault
  if (typeof fault.position !== 'number') return { fault: 'not-json', place: fault.position }
  let position = fault.position
  let before = 0
  for (const [at, part] of parts.entries()) {
    const gap = bytes.toString('utf8', parts[at - 1]?.end ?? 0, part.start).length
    before += gap + placeholder(at).length
    if (before > fault.position) break
    position += textOf(bytes, part).length - placeholder(at).length
  }
  return { fault: 'not-json', place: `position ${position}` }
}

/** A fault inside a part, at its place in the whole text. */
function placeInPart(
  fault: PieceFault,
  { bytes, part, path, root }: { bytes: Buffer; part: JsonPart; path: string; root: unknown },
): JsonFault {
  if (fault.fault === 'name-twice') return { ...fault, path: `${path}.${fault.path}`, root }
  const before = bytes.toString('utf8', 0, part.start).length
  // V8 reports no position for some faults.
  const isKnown = typeof fault.position === 'number'
  return {
    fault: 'not-json',
    place: isKnown ? `position ${before + Number(fault.position)}` : `a place behind position ${before}`,
  }
}
