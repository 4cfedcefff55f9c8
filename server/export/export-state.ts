import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { WalkPlace } from '#server/records/records.ts'
import { privateMode } from '../store/private-files.ts'

/** How far an export is: what a run that goes on after a stop needs to know. */
export interface ExportState {
  practiceId: string
  gzip: boolean
  /** The process that writes, or did before it was stopped. */
  pid: number
  /** When the first run began, in ms. */
  startedAt: number
  /** The last record that is in the files; undefined before the first. */
  place?: WalkPlace | undefined
  /** By type: how many records are in its file, and how many bytes of it count. */
  files: Record<string, { records: number; bytes: number }>
  /** Every record is in the files; only their names are not all given yet. */
  isWhole: boolean
}

export const stateFile = 'export-state.json.part'
const nextStateFile = 'export-state.next.json.part'

/** Names that belong to the state. */
export const stateFiles: readonly string[] = [stateFile, nextStateFile]

/** Undefined when there is none, or none that can be read. */
export async function readState(folder: string): Promise<ExportState | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, stateFile), 'utf8')) as ExportState
  } catch {
    return undefined
  }
}

/** On the disk when it resolves; whoever stops it meanwhile leaves the state before. */
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
