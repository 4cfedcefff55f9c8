import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { type LimitRow, limitRows } from '#server/limits.ts'

const root = join(import.meta.dirname, '..')
const children = new Set<ChildProcess>()

/** A process that answers on a port, and how long it took until it said so. */
export interface Running {
  address: string
  startedAt: number
  pid: number
  stop(): Promise<void>
}

/** Starts a script and waits for the line in which it says where it listens. */
export async function start(
  args: string[],
  pattern: RegExp,
  env: Record<string, string> = {},
): Promise<Running> {
  const startedAt = performance.now()
  const child = launch(args, env)
  const lines = createInterface({ input: child.stdout })
  for await (const line of lines) {
    const [, address] = pattern.exec(line) ?? []
    if (!address) continue
    child.stdout.resume()
    return { address, startedAt, pid: child.pid ?? 0, stop: () => stop(child) }
  }
  throw new Error(`${args.join(' ')} did not start`)
}

/** One token asks more often than any application should. */
const withoutRateLimits = Object.fromEntries(
  Object.values<LimitRow>(limitRows)
    .filter(({ area }) => area === 'rate')
    .map(({ setting }) => [setting, '1000000000']),
)

/** Our server on a database, as people run it. */
export function startServer(databaseUrl: string, env: Record<string, string> = {}): Promise<Running> {
  return start(['server/cli/onpatient.js', 'serve'], /runs at (\S+)/, {
    PORT: '0',
    DATABASE_URL: databaseUrl,
    NODE_ENV: 'production',
    TRUST_PLAIN_HTTP: 'yes',
    SMTP_URL: 'smtp://127.0.0.1:9',
    LOG_LEVEL: 'error',
    ...withoutRateLimits,
    ...env,
  })
}

/** Runs a command to its end. `sample` is called ten times a second with its process id. */
export async function run(
  args: string[],
  env: Record<string, string>,
  sample: (pid: number) => void = () => undefined,
): Promise<string> {
  const child = launch(args, env)
  const sampling = setInterval(() => sample(child.pid ?? 0), 100)
  try {
    const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${printed}`)
    return printed
  } finally {
    clearInterval(sampling)
    children.delete(child)
  }
}

function launch(args: string[], env: Record<string, string>) {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.add(child)
  return child
}

async function stop(child: ChildProcess): Promise<void> {
  children.delete(child)
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

export async function stopAll(): Promise<void> {
  await Promise.all([...children].map(stop))
}

/** The most memory that a process has had; undefined where the system does not tell, or it has ended. */
export function peakMegabytes(pid: number): number | undefined {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024)
  } catch {
    return undefined
  }
}
