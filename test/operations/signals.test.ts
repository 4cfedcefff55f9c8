import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { settingRows } from '#server/settings.ts'
import { waitForAddress } from '../cli/run-onpatient.ts'
import { createTestDatabase, testServerUrl } from '../support/test-store.ts'

const root = join(import.meta.dirname, '../..')
const skip = process.platform === 'linux' ? false : 'process groups and /proc are those of Linux'

/** What run.md promises, and some time for a machine that is busy with other tests. */
const endsWithinMs = 15_000

interface Case {
  name: string
  command: string[]
  env?: Record<string, string>
  /** To the process that was started, or to its whole group, as a terminal does. */
  signal: NodeJS.Signals
  toGroup?: true
}

const server = ['server/cli/onpatient.js', 'serve']
const cases: Case[] = [
  { name: 'SIGTERM to npm start', command: ['npm', 'start'], signal: 'SIGTERM' },
  { name: 'SIGTERM to npx', command: ['npx', 'onpatient', 'serve'], signal: 'SIGTERM' },
  { name: 'SIGTERM to node', command: [process.execPath, ...server], signal: 'SIGTERM' },
  {
    name: 'SIGTERM to the first of several processes',
    command: [process.execPath, ...server],
    env: { WORKERS: '2' },
    signal: 'SIGTERM',
  },
  { name: 'Ctrl-C at npm start', command: ['npm', 'start'], signal: 'SIGINT', toGroup: true },
  {
    name: 'a closed terminal, with several processes',
    command: ['npm', 'start'],
    env: { WORKERS: '2' },
    signal: 'SIGHUP',
    toGroup: true,
  },
  { name: 'an npm that is killed', command: ['npm', 'start'], signal: 'SIGKILL' },
]

describe('stopping stops, whatever started it', { skip, concurrency: 3 }, () => {
  for (const { name, command, env = {}, signal, toGroup } of cases)
    test(`${name}: what is in flight is answered, and the process ends in time`, async () => {
      await using started = await start(command, env)
      const { portalUrl, child } = started
      const slow = await beginRequest(portalUrl)
      process.kill(toGroup ? -(child.pid ?? 0) : (child.pid ?? 0), signal)
      const at = performance.now()
      // The port is soon closed for others, while this one is waited for. A worker that is still starting holds it longer.
      // Several at a time: some come in the very moment in which the last process stops.
      const many = Array.from({ length: 8 })
      while (performance.now() - at < 3000)
        if (!(await Promise.all(many.map(() => isAnswering(portalUrl)))).includes(true)) break
      assert.equal(await slow.finish(), 401, 'an answer, though to a faulty request')
      while (isGroupAlive(child)) {
        assert.ok(performance.now() - at < endsWithinMs, 'a process is left')
        await pause()
      }
    })
})

const pause = () => new Promise((resolve) => setTimeout(resolve, 50))

async function start(command: string[], env: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-signals-'))
  const database = testServerUrl === undefined ? undefined : await createTestDatabase(testServerUrl)
  const ours = new Set(settingRows.map(({ name }) => name))
  const outer = Object.entries(process.env).filter(([key]) => !ours.has(key) && !key.startsWith('npm_'))
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...Object.fromEntries(outer),
      DATABASE_URL: database?.url ?? `sqlite:${join(folder, 'onpatient.db')}`,
      ...{ PORT: '0', DEMO: 'off', LOG_LEVEL: 'silent', ...env },
    },
  })
  const { portalUrl } = await waitForAddress(child)
  return {
    portalUrl,
    child,
    async [Symbol.asyncDispose]() {
      if (isGroupAlive(child)) process.kill(-(child.pid ?? 0), 'SIGKILL')
      await database?.drop()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** A request whose body is half there: the server is at work on it until the rest comes. */
async function beginRequest(portalUrl: string) {
  const body = 'grant_type=authorization_code&code=none'
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': body.length,
    expect: '100-continue',
  }
  const sent = request(`${portalUrl}/o/token/`, { method: 'POST', headers })
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>
  answered.catch(() => undefined)
  sent.flushHeaders()
  // The server has it in hands.
  await once(sent, 'continue')
  sent.write(body.slice(0, 10))
  return {
    async finish() {
      sent.end(body.slice(10))
      const [response] = await answered
      response.resume()
      return response.statusCode
    },
  }
}

/** Whoever comes is answered or refused; a connection that nobody does anything with fails the test. */
async function isAnswering(portalUrl: string): Promise<boolean> {
  const asked = { headers: { connection: 'close' }, signal: AbortSignal.timeout(4000) }
  try {
    return (await fetch(`${portalUrl}/healthz`, asked)).ok
  } catch (error) {
    if ((error as Error).name === 'TimeoutError') throw new Error('a connection was taken by nobody')
    return false
  }
}

function isGroupAlive({ pid = 0 }: ChildProcess): boolean {
  try {
    process.kill(-pid, 0)
    return true
  } catch {
    return false
  }
}
