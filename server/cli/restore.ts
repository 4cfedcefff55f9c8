import { Command } from 'commander'
import { systemClock } from '../clock.ts'
import { readSettings, type StoreSetting } from '../settings.ts'
import { examineDump } from '../store/backup/dump-postgres.ts'
import { restoreDatabase } from '../store/backup/restore-database.ts'
import { tryBackup } from '../store/backup/try-backup.ts'
import { describeDumpRestore } from './postgres-tools.ts'
import { printResult } from './with-modules.ts'

/** `onpatient restore` puts a backup in the place of the database. */
export function restoreCommand(): Command {
  return new Command('restore')
    .description('Put a backup in the place of the SQLite database. Stop the server first.')
    .argument('<file>', 'a file that "onpatient backup" made')
    .option('--force', 'put the present database aside')
    .option('--check', 'only check whether the backup could be restored, and change nothing')
    .option('--json', 'print one JSON object')
    .action(runRestore)
}

interface RestoreOptions {
  force?: true
  check?: true
  json?: boolean
}

async function runRestore(file: string, { force, check, json }: RestoreOptions): Promise<void> {
  const { store } = readSettings()
  if (check) return checkBackup(store, file, json)
  if (store.kind === 'postgres') return describeDumpRestore(store.url, file, json)
  const database = store.file
  const outcome = await restoreDatabase({ file, database, replaces: force === true, clock: systemClock })
  printResult(
    { database, ...outcome, keptAs: outcome.keptAs ?? null },
    [
      `${database} now holds the backup: ${outcome.records} records and ${outcome.accounts} accounts.`,
      ...(outcome.keptAs ? [`The former database is kept as ${outcome.keptAs}`] : []),
      'Sign-ins and accesses of apps that ended after the backup are open again. End them once more.',
    ],
    json,
  )
}

async function checkBackup({ kind }: StoreSetting, file: string, json: boolean | undefined): Promise<void> {
  if (kind === 'postgres') {
    await examineDump(file)
    printResult({ file, ok: true }, [`${file} is a whole dump of onpatient. Nothing was changed.`], json)
    return
  }
  const { records, accounts, newest } = await tryBackup(file)
  const until = newest?.toISOString() ?? null
  const words = until === null ? '' : `, the newest record of ${until.slice(0, 19).replace('T', ' ')} UTC`
  printResult(
    { file, ok: true, records, accounts, newest: until },
    [
      `${file} opens with this version: ${records} records and ${accounts} accounts${words}. Nothing was changed.`,
    ],
    json,
  )
}
