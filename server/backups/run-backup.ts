import { type ChildProcess, spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { environmentWith, type StoreSetting } from '../settings.ts'

const program = fileURLToPath(new URL('../cli/onpatient.js', import.meta.url))

export interface BackupRun {
  /** What `onpatient backup` says of it. Throws with its words. */
  outcome: Promise<{ bytes: number; records?: number; seconds: number }>
  /** Ends it; what was half done has no name of a backup. */
  cancel(): void
}

/** Runs `onpatient backup FILE` beside the server: looking through a copy takes a processor for seconds. */
export function runBackup(store: StoreSetting, file: string): BackupRun {
  const DATABASE_URL = store.kind === 'sqlite' ? `sqlite:${store.file}` : store.url
  const child = spawn(process.execPath, [program, 'backup', file, '--json'], {
    env: environmentWith({ DATABASE_URL }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return { outcome: outcomeOf(child), cancel: () => void child.kill('SIGTERM') }
}

async function outcomeOf(
  child: ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream },
) {
  const ended = Promise.withResolvers<number | null>()
  child.on('error', ended.reject)
  child.on('close', ended.resolve)
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended.promise])
  if (code === 0) return JSON.parse(stdout) as { bytes: number; records?: number; seconds: number }
  throw new Error(reasonIn(stdout, stderr) ?? `it ended with ${code ?? child.signalCode}`)
}

/** The first line of what it said. */
function reasonIn(stdout: string, stderr: string): string | undefined {
  const [line] = stderr.split('\n').filter(Boolean)
  if (line !== undefined) return line
  try {
    return (JSON.parse(stdout) as { error?: string }).error
  } catch {
    return undefined
  }
}
