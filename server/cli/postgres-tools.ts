import { printResult } from './with-modules.ts'

/** Prints the command of PostgreSQL's own tool for this database, and that nothing was done. */
export function describeDump(url: string, file: string, isJson: boolean | undefined): void {
  const command = `pg_dump --format=custom --file=${shellWord(file)} ${shellWord(withoutPassword(url))}`
  refuse('PostgreSQL is backed up by its own tool, also while the server runs', command, isJson)
}

export function describeDumpRestore(url: string, file: string, isJson: boolean | undefined): void {
  const target = shellWord(withoutPassword(url))
  const command = `pg_restore --no-owner --single-transaction --exit-on-error --dbname=${target} ${shellWord(file)}`
  refuse('PostgreSQL is restored by its own tool, into an empty database', command, isJson)
}

function refuse(reason: string, command: string, isJson: boolean | undefined): void {
  printResult(
    { error: reason, command },
    [
      `${reason}:`,
      '',
      `  ${command}`,
      '',
      'It asks for the password, or takes it from PGPASSWORD or ~/.pgpass. Nothing was done.',
    ],
    isJson,
  )
  process.exitCode = 2
}

/** Everybody on the machine can see a command line, so it holds no password. */
function withoutPassword(address: string): string {
  const url = new URL(address)
  url.password = ''
  for (const name of ['password', 'sslpassword']) url.searchParams.delete(name)
  return url.href
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
