import { spawn } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { OnpatientError } from '../../errors.ts'
import { environmentWith } from '../../settings.ts'
import { privateMode } from '../private-files.ts'
import { besides, bringNamesToDisk, bringToDisk } from './whole-file.ts'

/** PostgreSQL's own tool is not on this machine. */
export class NoToolError extends Error {
  override readonly name = 'NoToolError'
  constructor(program: string) {
    super(
      `The program ${program} is not on this machine. Install PostgreSQL's client programs (Debian: postgresql-client), of the version of the server or newer.`,
    )
  }
}

/**
 * Dumps a PostgreSQL database as it is at one moment by pg_dump, while servers go on writing, and reads the whole dump to see
 * that it is intact. The file gets its name then. Throws `already-exists`, `NoToolError`, or `store-unavailable` in the tool's
 * words.
 */
export async function dumpPostgres(url: string, file: string): Promise<{ bytes: number }> {
  if (existsSync(file))
    throw new OnpatientError('already-exists', `${file} exists already. Name another file.`, {
      field: 'file',
    })
  const { address, password } = withoutPassword(url)
  return besides(file, async (part) => {
    // The file is created first. Otherwise others could read it until its mode is changed.
    await writeFile(part, '', { mode: privateMode })
    // The password is passed in the environment, because everybody on the machine sees a command line.
    const env = password === undefined ? {} : { PGPASSWORD: password }
    await run('pg_dump', ['--format=custom', '--no-owner', `--file=${part}`, `--dbname=${address}`], env)
    await bringToDisk(part)
    await examineDump(part)
    await rename(part, file)
    await bringNamesToDisk(file)
    return { bytes: statSync(file).size }
  })
}

/** Reads a whole dump, which changes nothing. Throws `invalid-parameter` when it is damaged or not one of ours, and `NoToolError`. */
export async function examineDump(file: string): Promise<void> {
  if (!existsSync(file)) throw new OnpatientError('not-found', `There is no file ${file}.`, { field: 'file' })
  const refuse = (words: string) =>
    new OnpatientError('invalid-parameter', `${file} ${words}`, { field: 'file' })
  const contents = await run('pg_restore', ['--list', file]).catch((error: unknown) => {
    if (error instanceof NoToolError) throw error
    throw refuse('is no dump of PostgreSQL, or a damaged one.')
  })
  if (!/ TABLE DATA \S+ kysely_migration /.test(contents))
    throw refuse('is a dump, but not one of onpatient.')
  await run('pg_restore', ['--file=/dev/null', file]).catch((error: unknown) => {
    if (error instanceof NoToolError) throw error
    throw refuse(`is damaged: ${(error as Error).message}`)
  })
}

/** What libpq takes from the address, and the password for its environment. */
function withoutPassword(url: string): { address: string; password: string | undefined } {
  const parsed = new URL(url)
  const password = parsed.searchParams.get('password') ?? (decodeURIComponent(parsed.password) || undefined)
  parsed.password = ''
  parsed.searchParams.delete('password')
  return { address: parsed.href, password }
}

async function run(program: string, args: string[], env: Record<string, string> = {}): Promise<string> {
  const child = spawn(program, args, { env: environmentWith(env), stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = Promise.withResolvers<number | null>()
  child.on('error', (error: NodeJS.ErrnoException) =>
    ended.reject(error.code === 'ENOENT' ? new NoToolError(program) : error),
  )
  child.on('close', ended.resolve)
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended.promise])
  if (code === 0) return stdout
  const [reason = `it ended with ${code}`] = stderr.split('\n').filter(Boolean)
  throw new OnpatientError('store-unavailable', reason)
}
