import { closeSync, existsSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { Command } from 'commander'
import {
  type ImportOutcome,
  type ImportProblem,
  type ImportProgress,
  type ImportRename,
  importRecords,
} from '#server/import/import.ts'
import type { Practice } from '#server/practices/practices.ts'
import { OnpatientError } from '../errors.ts'
import { getPractice } from './practice-option.ts'
import { keepHeapSmall } from './small-heap.ts'
import { formatBytes, printResult, withModules } from './with-modules.ts'

interface ImportCommandOptions {
  practice?: string
  report?: string
  json?: boolean
}

/** `onpatient import` reads records of a practice from files. It is safe to repeat, and goes on after a stop. */
export function importRecordsCommand(): Command {
  return new Command('import')
    .description('Import FHIR R4 Bundles, resources and NDJSON. Repeat it to go on after a stop.')
    .argument(
      '<path...>',
      'files or folders: .json, .ndjson, .jsonl, each also with .gz, and .zip of such files',
    )
    .option('--practice <id>', 'the practice that keeps the records; default: the only one there is')
    .option(
      '--report <file>',
      'write into this new file each record that was not imported or got another id, one a line',
    )
    .option('--json', 'print one JSON object')
    .action(runImport)
}

async function runImport(
  paths: string[],
  { practice: practiceId, report: reportFile, json }: ImportCommandOptions,
): Promise<void> {
  keepHeapSmall()
  await withModules(async ({ records, practices }) => {
    const practice = await getPractice(practices, practiceId)
    const startedAt = performance.now()
    const report = openReport(reportFile)
    const outcome = await importRecords(
      { records },
      {
        practiceId: practice.id,
        paths,
        onProgress: showProgress(startedAt, json),
        ...(report ? { onProblem: report.add, onRename: report.add } : {}),
      },
    ).finally(() => report?.close())
    const seconds = (performance.now() - startedAt) / 1000
    printResult(
      { practice: practice.id, ...outcome, seconds: Number(seconds.toFixed(2)) },
      describe(outcome, practice, seconds),
      json,
    )
    if (outcome.rejected > 0) process.exitCode = 1
  })
}

function describe(outcome: ImportOutcome, practice: Practice, seconds: number): string[] {
  const { created, updated, unchanged, rejected, renamed, problems, files } = outcome
  const rate = Math.round((created + updated + unchanged) / Math.max(seconds, 0.001))
  const lines = [
    `${practice.name}: ${created} new, ${updated} changed and ${unchanged} unchanged records from ${files} ${files === 1 ? 'file' : 'files'} in ${seconds.toFixed(1)} s (${rate} a second).`,
  ]
  if (renamed > 0)
    lines.push(
      `${renamed} ${renamed === 1 ? 'is' : 'are'} kept under another id, because another practice on this server has the one ${renamed === 1 ? 'it' : 'they'} came with; --report FILE lists ${renamed === 1 ? 'it' : 'them'}.`,
    )
  if (rejected === 0) return lines
  lines.push(`${rejected} were not imported:`)
  for (const { file, place, reference, reason } of problems)
    lines.push(`  ${[file, place, reference].filter(Boolean).join(', ')}: ${reason}`)
  if (problems.length < rejected) lines.push('  … and others for the same or similar reasons.')
  lines.push('Correct the files and import them again. Records that are imported already stay as they are.')
  return lines
}

/** A bar on a terminal; in a log a line every ten seconds. */
function showProgress(startedAt: number, isJson: boolean | undefined) {
  const isTerminal = process.stderr.isTTY
  const everyMs = isTerminal ? 200 : 10_000
  let shownAt = isTerminal ? 0 : startedAt
  return (progress: ImportProgress) => {
    const now = performance.now()
    const isEnd = isTerminal && progress.filesDone === progress.filesTotal
    if (isJson || (!isEnd && now - shownAt < everyMs)) return
    shownAt = now
    const share = progress.bytesTotal === 0 ? 1 : progress.bytesDone / progress.bytesTotal
    const text = describeProgress(progress, share, (now - startedAt) / 1000)
    const full = Math.round(share * 20)
    const bar = `${'█'.repeat(full)}${'░'.repeat(20 - full)}`
    process.stderr.write(isTerminal ? `\r${bar} ${text}\x1b[K${isEnd ? '\n' : ''}` : `${text}\n`)
  }
}

function describeProgress(progress: ImportProgress, share: number, seconds: number): string {
  const { filesDone, filesTotal, records, bytesDone, bytesTotal } = progress
  const left = share > 0 && share < 1 ? [`${formatTime((seconds / share) * (1 - share))} left`] : []
  return [
    `${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}`,
    `${filesDone}/${filesTotal} files`,
    `${records} records`,
    `${Math.round(records / seconds)}/s`,
    ...left,
  ].join(', ')
}

function formatTime(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
}

/** Writes one record a line, so that a report may have any length. Undefined without a file. */
function openReport(file: string | undefined) {
  if (file === undefined) return undefined
  const handle = createNew(file)
  return {
    add: (line: ImportProblem | ImportRename) => {
      writeSync(handle, `${JSON.stringify(line)}\n`)
    },
    close() {
      fsyncSync(handle)
      closeSync(handle)
    },
  }
}

function createNew(file: string): number {
  try {
    return openSync(file, 'wx', 0o600)
  } catch (error) {
    const reason = existsSync(file) ? 'exists already. Name another file' : 'cannot be written'
    throw new OnpatientError('invalid-parameter', `${file} ${reason}.`, { field: '--report', cause: error })
  }
}
