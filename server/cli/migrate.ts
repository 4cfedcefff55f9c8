import { Command } from 'commander'
import { OnpatientError } from '../errors.ts'
import { hidePassword, parseDatabaseUrl, readSettings } from '../settings.ts'
import { type CopyOutcome, type CopyProgress, copyDatabase } from '../store/copy/copy-database.ts'
import { printResult } from './with-modules.ts'

/** `onpatient migrate` copies everything to another database. After a stop, run it again to go on. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description(
      'Copy everything from the database in DATABASE_URL to another. Repeat it to go on after a stop.',
    )
    .requiredOption('--to <url>', 'an empty database: postgres://… or sqlite:PATH')
    .option('--json', 'print one JSON object')
    .action(runMigrate)
}

async function runMigrate({ to, json }: { to: string; json?: boolean }): Promise<void> {
  const target = parseDatabaseUrl(to)
  if (!target)
    throw new OnpatientError('invalid-parameter', 'Give postgres://USER:PASSWORD@HOST/NAME or sqlite:PATH.', {
      field: '--to',
    })
  const startedAt = performance.now()
  const outcome = await copyDatabase({
    from: readSettings().store,
    to: target,
    onProgress: showProgress(startedAt, json),
  })
  const seconds = (performance.now() - startedAt) / 1000
  const isSame = outcome.tables.every((table) => table.isSame)
  const ok = isSame && outcome.laterWrites === undefined
  printResult(
    { ok, to: hidePassword(to), ...outcome, seconds: Number(seconds.toFixed(2)) },
    describe(outcome, hidePassword(to), seconds),
    json,
  )
  if (!ok) process.exitCode = 1
}

function describe(outcome: CopyOutcome, to: string, seconds: number): string[] {
  const { tables, rowsFromBefore, beganAnew, laterWrites } = outcome
  const width = Math.max(...tables.map(({ name }) => name.length))
  const line = (name: string, ...cells: Array<string | number>) =>
    [name.padEnd(width), ...cells.map((cell) => String(cell).padStart(11))].join('')
  const rows = tables.reduce((sum, table) => sum + table.targetRows, 0)
  return [
    line('table', 'source', 'target', 'content'),
    ...tables.map(({ name, sourceRows, targetRows, isSame }) =>
      line(name, sourceRows, targetRows, isSame ? 'same' : 'DIFFERENT'),
    ),
    '',
    ...(beganAnew ? ['The source had changed since the earlier run, so everything was copied again.'] : []),
    ...(rowsFromBefore > 0 ? [`${rowsFromBefore} rows were there from the earlier run.`] : []),
    ...describeEnd({ tables, rows, laterWrites, to, seconds }),
  ]
}

interface End extends Pick<CopyOutcome, 'tables'> {
  rows: number
  laterWrites: string | undefined
  to: string
  seconds: number
}

function describeEnd({ tables, rows, laterWrites, to, seconds }: End): string[] {
  if (!tables.every(({ isSame }) => isSame))
    return ['The databases differ. Drop the target, create it again empty, and run this again.']
  if (laterWrites !== undefined)
    return [
      `Everything that was there at the start is copied, but ${laterWrites}, so the source may hold more by now.`,
      'Stop every server and command that uses it, then run this again.',
    ]
  return [
    `${rows} rows in ${seconds.toFixed(1)} s. Both databases hold the same. Set DATABASE_URL=${to} and start.`,
  ]
}

/** A bar on a terminal; in a log a line every ten seconds. */
function showProgress(startedAt: number, isJson: boolean | undefined) {
  const isTerminal = process.stderr.isTTY
  let shownAt = startedAt
  return ({ step, table, rows, rowsTotal }: CopyProgress) => {
    const now = performance.now()
    if (isJson || now - shownAt < (isTerminal ? 200 : 10_000)) return
    shownAt = now
    const share = rowsTotal === 0 ? 1 : Math.min(1, rows / rowsTotal)
    const text = `${step} ${rows} of ${rowsTotal} rows, ${table}`
    if (!isTerminal) process.stderr.write(`${text}\n`)
    else {
      const full = Math.round(share * 24)
      process.stderr.write(`\r${'█'.repeat(full)}${'░'.repeat(24 - full)} ${text.padEnd(60)}`)
    }
  }
}
