import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { WalkPlace } from '#server/records/records.ts'
import { privateMode } from '../store/private-files.ts'

/** The progress of an export, for a run that continues after a stop. */
export interface ExportState {
  practiceId: string
  gzip: boolean
  /** The process that writes, or that wrote before the stop. */
  pid: number
  /** The begin of the first run, in ms. */
  startedAt: number
  /** The last record that is in the files; undefined before the first. */
  place?: WalkPlace | undefined
  /** By type: the number of records in its file, and the number of valid bytes. */
  files: Record<string, { records: number; bytes: number }>
  /** Every record is in the files, and only some names are missing. */
  isWhole: boolean
}

export const stateFile = 'export-state.json.part'
const nextStateFile = 'export-state.next.json.part'

/** The names of the files of the state. */
export const stateFiles: readonly string[] = [stateFile, nextStateFile]

/** Undefined when there is none, or none that can be read. */
export async function readState(folder: string): Promise<ExportState | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, stateFile), 'utf8')) as ExportState
  } catch {
    return undefined
  }
}

/** Saves the state. It is on the disk when the promise resolves. A stop meanwhile leaves the state before. */
export async function saveState(folder: string, state: ExportState): Promise<void> {
  const next = join(folder, nextStateFile)
  const handle = await open(next, 'w', privateMode)
  try {
    await handle.writeFile(JSON.stringify(state))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(next, join(folder, stateFile))
}
