import { Command } from 'commander'
import { systemClock } from '../clock.ts'
import { readSettings } from '../settings.ts'
import { restoreDatabase } from '../store/backup/restore-database.ts'
import { describeDumpRestore } from './postgres-tools.ts'
import { printResult } from './with-nouns.ts'

/** `onpatient restore`: puts a backup in the place of the database. */
export function restoreCommand(): Command {
  return new Command('restore')
    .description('Put a backup in the place of the SQLite database. Stop the server first.')
    .argument('<file>', 'a file that "onpatient backup" made')
    .option('--force', 'put a database that is there aside')
    .option('--json', 'print one JSON object')
    .action(runRestore)
}

async function runRestore(file: string, { force, json }: { force?: true; json?: boolean }): Promise<void> {
  const { store } = readSettings()
  if (store.kind === 'postgres') return describeDumpRestore(store.url, file, json)
  const database = store.file
  const outcome = await restoreDatabase({ file, database, replaces: force === true, clock: systemClock })
  printResult(
    { database, ...outcome, keptAs: outcome.keptAs ?? null },
    [
      `${database} now holds the backup: ${outcome.records} records and ${outcome.accounts} accounts.`,
      ...(outcome.keptAs ? [`What was there before is kept as ${outcome.keptAs}`] : []),
      'Sign-ins and access of apps that were ended after the backup are open again: end them anew.',
    ],
    json,
  )
}
