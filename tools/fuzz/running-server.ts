import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type LimitRow, limitRows } from '#server/limits.ts'

const root = join(import.meta.dirname, '../..')

/** Bounds that are low enough for a run to reach. */
export const bounds = {
  MAX_PAGE_BYTES: 256 * 1024,
  MAX_ANSWER_BYTES: 1024 * 1024,
  MAX_BODY_BYTES: 512 * 1024,
  MAX_BUNDLE_ENTRIES: 200,
  MAX_REQUEST_SECONDS: 30,
} as const

/** Limits for requests that come faster than people send them. */
const withoutRates = Object.fromEntries(
  Object.values<LimitRow>(limitRows)
    .filter(({ area }) => area !== 'request')
    .map(({ setting, most = 1_000_000 }) => [setting, String(most)]),
)

export interface RunningServer {
  url: string
  pid: number
  stop(): Promise<void>
}

/** A server that does not stop is killed after this time. */
const patienceMs = 20_000

/** Starts the server as operators do, in a process of its own. `onEnd` gets the reason of its end. */
export async function startServer(
  databaseUrl: string,
  onEnd: (reason: string) => void,
): Promise<RunningServer> {
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
  child.once('exit', (code, signal) => onEnd(`the server ended with ${signal ?? code}`))
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    const killing = setTimeout(() => child.kill('SIGKILL'), patienceMs)
    await gone
    clearTimeout(killing)
  }
  try {
    return { url: await readAddress(child), pid: child.pid ?? 0, stop }
  } catch (error) {
    await stop()
    throw error
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
