import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { settingRows } from '#server/settings.ts'

const root = join(import.meta.dirname, '../..')

export interface Finished {
  code: number | null
  stdout: string
  stderr: string
}

/** The command line as a person runs it, with a database of its own. */
export async function openCommandLine(env: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-cli-'))
  const settings = {
    ...withoutSettings(process.env),
    DATABASE_URL: `sqlite:${join(folder, 'onpatient.db')}`,
    PORT: '0',
    LOG_LEVEL: 'warn',
    ...env,
  }
  const running: ChildProcess[] = []
  const start = (...args: string[]) => {
    const child = spawn(process.execPath, [join(root, 'server/cli/onpatient.js'), ...args], {
      cwd: folder,
      env: settings,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.push(child)
    return child
  }
  return {
    folder,
    start,
    async run(...args: string[]): Promise<Finished> {
      const child = start(...args)
      const [stdout, stderr, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'exit'),
      ])
      return { code: code as number | null, stdout, stderr }
    },
    async [Symbol.asyncDispose]() {
      for (const child of running) child.kill('SIGKILL')
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

export type CommandLine = Awaited<ReturnType<typeof openCommandLine>>

/** What the machine that runs the tests has set must not change them. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = new Set(settingRows.map(({ name }) => name))
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.has(name)))
}

/** Reads what a running server prints until the line with its address, and gives the address. */
export async function waitForAddress(
  child: ChildProcess,
  until: RegExp = /Ctrl-C/,
): Promise<{ portalUrl: string; printed: string }> {
  let printed = ''
  for await (const chunk of child.stdout ?? []) {
    printed += chunk
    const [, portalUrl] = /onpatient runs at (\S+)/.exec(printed) ?? []
    if (portalUrl && until.test(printed)) return { portalUrl, printed }
  }
  throw new Error(`the server ended without an address:\n${printed}`)
}
