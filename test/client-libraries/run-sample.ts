import { spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openBrowser } from '../support/browser.ts'
import type { TestApp } from '../support/start-app.ts'
import { askPerson } from './ask-person.ts'

const samples = join(import.meta.dirname, '../../samples')

/** A program of samples/, and how it is started. */
export interface Sample {
  name: string
  /** Below samples/; where it is started. */
  folder: string
  /** The command lines to try: the first whose `needs` succeeds starts the sample. */
  ways: ReadonlyArray<{ needs: readonly string[]; start: readonly string[]; env?: Record<string, string> }>
  /** What is missing when none does. */
  wants: string
  /** The scopes of sign-in alone; false: the library knows no OpenID Connect. */
  signsIn: boolean
}

type Way = Sample['ways'][number]

/** The way in which the sample can be started on this machine, if there is one. */
export function findWay(sample: Sample): Way | undefined {
  return sample.ways.find(({ needs: [command = '', ...options], env }) => {
    const cwd = join(samples, sample.folder)
    const { status } = spawnSync(command, options, { cwd, env: { ...process.env, ...env }, stdio: 'ignore' })
    return status === 0
  })
}

/** A redirect URI on this machine whose port is free. */
export async function findRedirectUri(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/callback`
}

/**
 * Starts a sample, plays the person who opens the address that it prints, and waits until it has ended: the lines that it wrote.
 * Throws with all of its output when it fails.
 */
export async function runSample(
  app: TestApp,
  { folder }: Sample,
  { start: [command = '', ...options], env: own }: Way,
  env: Record<string, string>,
  email: string,
): Promise<string[]> {
  const child = spawn(command, options, {
    cwd: join(samples, folder),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A sample that waits for a person who never comes is ended, and says so by its status.
    timeout: 180_000,
    killSignal: 'SIGKILL',
    env: { ...process.env, PORTAL_URL: app.portalUrl, FHIR_URL: app.fhirUrl, ...env, ...own },
  })
  const ended = new Promise<number | null>((resolve, failed) =>
    child.once('error', failed).once('close', resolve),
  )
  const errors: Buffer[] = []
  child.stderr.on('data', (chunk) => errors.push(chunk))
  const lines: string[] = []
  const browsing: Promise<unknown>[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    const [, address] = /^Open this address: (\S+)$/.exec(line) ?? []
    if (address) browsing.push(goThrough(app, address, email).catch((error) => child.kill() && error))
  }
  const status = await ended
  const problems = (await Promise.all(browsing)).filter((each) => each instanceof Error)
  if (status !== 0 || problems.length > 0)
    throw new Error(
      [`The sample ended with ${status}.`, ...problems.map(String), ...lines, Buffer.concat(errors)].join(
        '\n',
      ),
    )
  return lines
}

/** The person opens the address, signs in, agrees, and the browser goes back to the sample. */
async function goThrough(app: TestApp, address: string, email: string): Promise<void> {
  const back = await askPerson(app, address, email)
  await openBrowser().get(back.href)
}
