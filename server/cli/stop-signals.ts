import { readFileSync } from 'node:fs'
import { isStartedByNpm } from '../settings.ts'

/** A terminal signals the whole group, and npm passes the same signal on: both together are one wish. */
const echoMs = 1000

/** When the process has ended at the latest; answers under way have ten seconds (server/listen.ts). */
export const endsWithinMs = 15_000

const lookEveryMs = 500

/**
 * Calls `stop` once: at SIGTERM, at Ctrl-C, when the terminal is closed, and when npm or npx, which started this, is gone. A later
 * signal means that the person does not want to wait: then, and when stopping takes too long, the process ends with 1.
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
 * npm passes a signal to the shell that it started and not to what that shell started, and ends. So a server below npm looks whether the
 * line up to npm is whole. One that was started in another way may outlive its parent: services and background jobs do.
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

/** Of a process on Linux; undefined elsewhere. "pid (name) state ppid …", see proc_pid_stat(5). */
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
