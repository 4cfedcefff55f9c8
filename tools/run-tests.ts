/**
 * `npm test`: every *.test.ts with Node's own test runner on SQLite, then those that use a database again on PostgreSQL.
 * `node tools/run-tests.ts [--store sqlite|postgres] [FILE...]` runs one half, or some files.
 */
import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { cpus } from 'node:os'
import { join, matchesGlob } from 'node:path'
import { parseArgs } from 'node:util'
import { dropTemplates } from '../test/support/test-template.ts'
import { startPostgres, type TestServer } from './test-postgres.ts'

const everything = [
  'fhir/**/*.test.ts',
  'words/**/*.test.ts',
  'server/**/*.test.ts',
  'test/**/*.test.ts',
  'tools/**/*.test.ts',
]

/** Tests about PostgreSQL alone. */
const postgresOnly = ['test/store/**']

/** Tests without a database, about the file of SQLite, or so long that one database has to do. */
const sqliteOnly = [
  ...[
    'fhir/**',
    'words/**',
    'server/**',
    'test/views/**',
    'tools/**',
    'test/browser/**',
    'test/cli/**',
    'test/robustness/**',
  ],
  'test/tutorial/smart-in-ten-minutes.test.ts',
  'test/client-libraries/samples.test.ts',
  'test/import/memory.test.ts',
  'test/limits/request-memory.test.ts',
  'test/operations/{backup,kill,full-disk,deploy,newer-database,store-failures,workers}.test.ts',
]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { store: { type: 'string' } },
})
if (values.store !== undefined && values.store !== 'sqlite' && values.store !== 'postgres')
  fail(`--store takes sqlite or postgres, not ${values.store}.`)
const wanted = positionals.length > 0 ? positionals : everything
const files = wanted.flatMap((pattern) => globSync(pattern)).sort()
if (files.length === 0) fail(`No test file matches ${wanted.join(' ')}`)

/** The compiled sources, which the processes of all test files share. */
const compileCache = join(import.meta.dirname, '../node_modules/.cache/onpatient/tests')

const outcomes: string[] = []
let hasFailed = false
if (values.store !== 'postgres') await runOnSqlite(files.filter((file) => !isOneOf(postgresOnly, file)))
if (values.store !== 'sqlite') await runOnPostgres(files.filter((file) => !isOneOf(sqliteOnly, file)))
process.stdout.write(`\n${outcomes.join('\n')}\n`)
// The exit is explicit, because the embedded PostgreSQL ends the process by itself and would lose the code.
process.exit(hasFailed ? 1 : 0)

async function runOnSqlite(some: string[]): Promise<void> {
  const { ONPATIENT_TEST_POSTGRES: _none, ...env } = process.env
  if (some.length > 0) note('SQLite', await run(some, env))
}

async function runOnPostgres(some: string[]): Promise<void> {
  if (some.length === 0) return
  const server = await findPostgres()
  if (!server) return
  try {
    note('PostgreSQL', await run(some, { ...process.env, ONPATIENT_TEST_POSTGRES: server.url }))
  } finally {
    await server.stop()
  }
}

/** The server of the environment, else one of our own. Undefined when there is none; CI fails then. */
async function findPostgres(): Promise<TestServer | undefined> {
  const url = process.env.ONPATIENT_TEST_POSTGRES
  if (url) return { url, stop: () => dropTemplates(url) }
  try {
    return await startPostgres()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    if (process.env.CI === 'true' || values.store === 'postgres') hasFailed = true
    outcomes.push(`PostgreSQL: SKIPPED, it could not be started: ${reason}`)
    return undefined
  }
}

function run(some: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(
    process.execPath,
    ['--test', `--test-concurrency=${cpus().length}`, '--test-reporter=spec', ...some],
    { stdio: 'inherit', env: { ...env, NODE_ENV: 'test', NODE_COMPILE_CACHE: compileCache } },
  )
  return new Promise((done, failed) => child.once('error', failed).once('exit', (code) => done(code ?? 1)))
}

function note(store: string, status: number): void {
  outcomes.push(`${store}: ${status === 0 ? 'all tests passed' : 'SOME TESTS FAILED'}`)
  if (status !== 0) hasFailed = true
}

function isOneOf(patterns: readonly string[], file: string): boolean {
  return patterns.some((pattern) => matchesGlob(file, pattern))
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
