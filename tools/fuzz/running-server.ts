import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type LimitRow, limitRows } from '#server/limits.ts'

const root = join(import.meta.dirname, '../..')

/** Bounds that a run can reach; a bound that no answer comes near shows nothing. */
export const bounds = {
  MAX_PAGE_BYTES: 256 * 1024,
  MAX_ANSWER_BYTES: 1024 * 1024,
  MAX_BODY_BYTES: 512 * 1024,
  MAX_BUNDLE_ENTRIES: 200,
  MAX_REQUEST_SECONDS: 30,
} as const

/** Requests come faster than any person's. */
const withoutRates = Object.fromEntries(
  Object.values<LimitRow>(limitRows)
    .filter(({ area }) => area !== 'request')
    .map(({ setting, most = 1_000_000 }) => [setting, String(most)]),
)

export interface RunningServer {
  url: string
  /** How it ended, once it has; it must not during a run. */
  ended(): string | undefined
  /** The most memory it ever had, in megabytes; undefined where the system does not say. */
  peakMegabytes(): number | undefined
  stop(): Promise<void>
}

/** The server as people run it, in a process of its own. */
export async function startServer(databaseUrl: string): Promise<RunningServer> {
  const child = spawn(process.execPath, [join(root, 'server/cli/onpatient.js'), 'serve'], {
    env: {
      ...process.env,
      ...withoutRates,
      ...Object.fromEntries(Object.entries(bounds).map(([name, value]) => [name, String(value)])),
      PORT: '0',
      DATABASE_URL: databaseUrl,
      DEMO: 'off',
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let end: string | undefined
  child.once('exit', (code, signal) => {
    end = `the server ended with ${signal ?? code}`
  })
  return {
    url: await readAddress(child),
    ended: () => end,
    peakMegabytes: () => readPeak(child.pid ?? 0),
    async stop() {
      if (end !== undefined) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

async function readAddress(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the server prints nothing')
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /runs at (\S+)/.exec(line) ?? []
    if (url === undefined) continue
    child.stdout.resume()
    return url
  }
  throw new Error('the server did not start')
}

function readPeak(pid: number): number | undefined {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024)
  } catch {
    return undefined
  }
}
