import { Command } from 'commander'
import { readSettings } from '../settings.ts'
import { backupDatabase } from '../store/backup/backup-database.ts'
import { dumpPostgres, NoToolError } from '../store/backup/dump-postgres.ts'
import { describeDump } from './postgres-tools.ts'
import { formatBytes, printResult } from './with-modules.ts'

/** `onpatient backup` copies the whole database into one file, also while the server runs. */
export function backupCommand(): Command {
  return new Command('backup')
    .description(
      'Copy the database into one file, also while the server runs. PostgreSQL is copied by its pg_dump.',
    )
    .argument('<file>', 'a file that does not exist yet; with SQLite a name that ends in .gz is compressed')
    .option('--json', 'print one JSON object')
    .action(runBackup)
}

async function runBackup(file: string, { json }: { json?: boolean }): Promise<void> {
  const { store } = readSettings()
  if (store.kind === 'postgres') return runDump(store.url, file, json)
  const startedAt = performance.now()
  const isTerminal = process.stderr.isTTY && !json
  const outcome = await backupDatabase(store.file, file, (share) => {
    if (isTerminal) process.stderr.write(`\r${Math.round(share * 100)} % `)
  })
  if (isTerminal) process.stderr.write('\r')
  const seconds = (performance.now() - startedAt) / 1000
  printResult(
    { file, ...outcome, seconds: Number(seconds.toFixed(2)) },
    [
      `${file}: ${outcome.records} records and ${outcome.accounts} accounts, ${formatBytes(outcome.bytes)}, intact. It took ${seconds.toFixed(1)} s.`,
      'It holds medical records and is not encrypted. Only your account may read it; keep it that way.',
    ],
    json,
  )
}

async function runDump(url: string, file: string, json: boolean | undefined): Promise<void> {
  const startedAt = performance.now()
  try {
    const { bytes } = await dumpPostgres(url, file)
    const seconds = Number(((performance.now() - startedAt) / 1000).toFixed(2))
    const lines = [
      `${file}: a dump of ${formatBytes(bytes)}, read to its end and intact. It took ${seconds} s.`,
      'It holds medical records and is not encrypted. Only your account may read it; keep it that way.',
    ]
    printResult({ file, bytes, seconds }, lines, json)
  } catch (error) {
    if (!(error instanceof NoToolError)) throw error
    describeDump(url, file, json)
  }
}
