import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { startPostgres } from '../tools/test-postgres.ts'

export type StoreKind = 'sqlite' | 'postgres'

/** A database that the bench fills. */
export interface BenchDatabase {
  /** As DATABASE_URL takes it. */
  url: string
  bytes(): Promise<number>
  /** Another with the same content; nobody may have this one open. */
  copy(): Promise<BenchDatabase>
}

/** Databases of one kind, all gone when it is closed. */
export interface Databases {
  kind: StoreKind
  create(): Promise<BenchDatabase>
  close(): Promise<void>
}

export function openDatabases(kind: StoreKind): Promise<Databases> {
  return kind === 'sqlite' ? openSqliteFolder() : openPostgresServer()
}

async function openSqliteFolder(): Promise<Databases> {
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-bench-'))
  let made = 0
  const next = (): BenchDatabase & { file: string } => {
    const file = join(folder, `${made++}.db`)
    return {
      file,
      url: `sqlite:${file}`,
      async bytes() {
        const sizes = [file, `${file}-wal`].map((each) => stat(each).then(({ size }) => size, nothing))
        return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
      },
      async copy() {
        const other = next()
        await copyFile(file, other.file)
        return other
      },
    }
  }
  return {
    kind: 'sqlite',
    create: async () => next(),
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

const nothing = () => 0

/** As it comes, so that every commit reaches the disk, with the cache that its manual asks for on a small machine. */
const asInstalled = { max_connections: '100', shared_buffers: '1GB' }

async function openPostgresServer(): Promise<Databases> {
  const server = await startPostgres(asInstalled)
  let made = 0
  const create = async (template = 'template0'): Promise<BenchDatabase> => {
    const name = `bench_${made++}`
    await ask(server.url, `create database ${name} template ${template}`)
    const url = new URL(server.url)
    url.pathname = `/${name}`
    return {
      url: url.href,
      bytes: async () => Number(await ask(url.href, 'select pg_database_size(current_database()) as answer')),
      copy: () => create(name),
    }
  }
  return { kind: 'postgres', create: () => create(), close: server.stop }
}

/** The column `answer` of the first row, if there is one. */
async function ask(url: string, statement: string): Promise<unknown> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<{ answer: unknown }>(statement)).rows[0]?.answer
  } finally {
    await client.end()
  }
}
