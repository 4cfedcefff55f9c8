import { readdir, rename, rm, stat, truncate } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { OnpatientError } from '../errors.ts'
import { makePrivateFolder } from '../store/private-files.ts'
import { type ExportState, readState, saveState, stateFile, stateFiles } from './export-state.ts'

type Options = Pick<ExportState, 'practiceId' | 'gzip'>

export type Compression = Pick<ExportState, 'gzip'>

export function fileName(type: string, { gzip }: Compression): string {
  return `${type}.ndjson${gzip ? '.gz' : ''}`
}

export function partName(type: string, { gzip }: Compression): string {
  return `${fileName(type, { gzip })}.part`
}

/**
 * The state of an export into this folder: of a stopped export, with its files cut to the saved size, or of a new one in an empty
 * folder. Throws `invalid-parameter` for a folder that holds anything else.
 */
export async function openFolder(folder: string, options: Options, now: number): Promise<ExportState> {
  makePrivateFolder(folder)
  const names = await readdir(folder)
  if (names.length === 0) {
    const state = { ...options, pid: process.pid, startedAt: now, files: {}, isWhole: false }
    await saveState(folder, state)
    return state
  }
  // The run before may have stopped while it wrote the first state. Then the folder has no other file yet.
  if (names.every((name) => stateFiles.includes(name) && name !== stateFile)) {
    for (const name of names) await rm(join(folder, name))
    return openFolder(folder, options, now)
  }
  const state = names.includes(stateFile) ? await readState(folder) : undefined
  if (!state)
    throw refused(
      folder,
      'is not empty, and what is in it is no export that was stopped. Name a new folder, or empty this one, so that old and new files do not mix.',
    )
  assertSameExport(folder, state, options)
  assertNothingElse(folder, state, names)
  assertNotWritten(folder, state)
  await cutFiles(folder, state, names)
  const own = { ...state, pid: process.pid }
  await saveState(folder, own)
  return own
}

/** Gives the files their names, which says that they are complete. */
export async function nameFiles(folder: string, { files, gzip }: ExportState): Promise<void> {
  const names = new Set(await readdir(folder))
  for (const type of Object.keys(files))
    if (names.has(partName(type, { gzip })))
      await rename(join(folder, partName(type, { gzip })), join(folder, fileName(type, { gzip })))
  await rm(join(folder, stateFile))
}

function assertSameExport(folder: string, state: ExportState, { practiceId, gzip }: Options): void {
  if (state.practiceId !== practiceId)
    throw refused(
      folder,
      `holds an export of the practice ${state.practiceId} that was stopped. Name a new folder, or go on with --practice ${state.practiceId}.`,
    )
  if (state.gzip !== gzip)
    throw refused(
      folder,
      `holds an export ${state.gzip ? 'with' : 'without'} --gzip that was stopped. Name a new folder, or go on ${state.gzip ? 'with' : 'without'} --gzip.`,
    )
}

/** Two processes would write into the same files. */
function assertNotWritten(folder: string, { pid }: ExportState): void {
  if (pid === process.pid || !isRunning(pid)) return
  throw refused(
    folder,
    `is being written by an export in the process ${pid}. Wait for its end, or stop it to go on from there. When that number belongs to another program by now, name a new folder.`,
  )
}

function isRunning(pid: number): boolean {
  try {
    // Signal 0 only checks whether the process exists.
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function assertNothingElse(
  folder: string,
  { files, gzip, isWhole }: ExportState,
  names: readonly string[],
): void {
  const own = new Set(isWhole ? Object.keys(files).map((type) => fileName(type, { gzip })) : [])
  const foreign = names.find(
    (name) => !own.has(name) && !stateFiles.includes(name) && typeOfPart(name, { gzip }) === undefined,
  )
  if (foreign !== undefined)
    throw refused(
      folder,
      `holds an export that was stopped, and ${foreign}, which is not of it. Take that file away to go on, or name a new folder.`,
    )
}

/** Records after the saved state are written again. */
async function cutFiles(folder: string, state: ExportState, names: readonly string[]): Promise<void> {
  const { files, gzip } = state
  const counting = Object.entries(files).map(([type, { bytes }]) => ({
    path: join(folder, findFile(state, type, names)),
    bytes,
  }))
  // No file is changed before all are known to be there.
  for (const { path, bytes } of counting) {
    const missing = bytes - ((await stat(path).catch(() => undefined))?.size ?? 0)
    if (missing > 0)
      throw refused(
        folder,
        `holds an export that was stopped, but of its file ${basename(path)} ${missing} bytes are missing. Name a new folder, or empty this one.`,
      )
  }
  for (const { path, bytes } of counting) await truncate(path, bytes)
  for (const name of names) {
    const type = typeOfPart(name, { gzip })
    if (type !== undefined && files[type] === undefined) await rm(join(folder, name))
  }
}

/** The present name of the file of a type. */
function findFile({ gzip, isWhole }: ExportState, type: string, names: readonly string[]): string {
  const name = fileName(type, { gzip })
  return isWhole && names.includes(name) ? name : partName(type, { gzip })
}

function typeOfPart(name: string, { gzip }: Compression): string | undefined {
  const [, type] = /^([A-Z][A-Za-z]+)\.ndjson/.exec(name) ?? []
  return type !== undefined && name === partName(type, { gzip }) ? type : undefined
}

function refused(folder: string, why: string): OnpatientError {
  return new OnpatientError('invalid-parameter', `The folder ${folder} ${why}`, { field: 'folder' })
}
