import { readFileSync } from 'node:fs'
import { isStartedByNpm } from '../settings.ts'

/** A terminal signals the whole group, and npm passes the same signal on. Both within this time count as one signal. */
const echoMs = 1000

/** The process ends after this time at the latest. Open answers have ten seconds (server/listen.ts). */
export const endsWithinMs = 15_000

const lookEveryMs = 500

/**
 * Calls `stop` once: at SIGTERM, at Ctrl-C, when the terminal is closed, and when the npm or npx that started this process is gone. The process
 * ends with code 1 when a later signal comes, because the person does not want to wait, and when stopping takes too long.
 */
export function listenForStop(stop: (reason: string) => void): void {
  let stoppedAt: number | undefined
  const begin = (reason: string) => {
    stoppedAt = performance.now()
    setTimeout(() => process.exit(1), endsWithinMs).unref()
    stop(reason)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (stoppedAt === undefined) begin(signal)
      else if (performance.now() - stoppedAt > echoMs) process.exit(1)
    })
  watchStarter(() => {
    if (stoppedAt === undefined) begin('the program that started this is gone')
  })
}

/**
 * npm passes a signal to the shell that it started, but not to the programs of that shell, and then it ends. Therefore a server below npm checks
 * whether all processes up to npm are still there. A server that was started in another way may outlive its parent, as services and background jobs do.
 */
function watchStarter(onGone: () => void): void {
  if (!isStartedByNpm() || process.platform === 'win32') return
  const parent = process.ppid
  const grandparent = isShell(parent) ? parentOf(parent) : undefined
  const looking = setInterval(() => {
    if (process.ppid === parent && (grandparent === undefined || parentOf(parent) === grandparent)) return
    clearInterval(looking)
    onGone()
  }, lookEveryMs).unref()
}

function isShell(pid: number): boolean {
  return /\((?:\w*sh)\)/.test(statOf(pid))
}

/** The parent of a process on Linux; undefined elsewhere. The file holds "pid (name) state ppid …", see proc_pid_stat(5). */
function parentOf(pid: number): number | undefined {
  const [, found] = /\) \S (\d+) /.exec(statOf(pid)) ?? []
  return found === undefined ? undefined : Number(found)
}

function statOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return ''
  }
}
