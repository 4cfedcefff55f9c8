import { Command } from 'commander'
import { type ImportOutcome, type ImportProgress, importRecords } from '#server/import/import.ts'
import type { Practice } from '#server/practices/practices.ts'
import { getPractice } from './practice-option.ts'
import { printResult, withNouns } from './with-nouns.ts'

interface ImportCommandOptions {
  practice?: string
  json?: boolean
}

/** `onpatient import`: records of a practice from files. Safe to repeat, so also the way to go on after a stop. */
export function importRecordsCommand(): Command {
  return new Command('import')
    .description('Import FHIR R4 Bundles, resources and NDJSON. Repeat it to go on after a stop.')
    .argument('<path...>', 'files or folders: .json, .ndjson, .jsonl, each also with .gz')
    .option('--practice <id>', 'the practice that keeps the records; default: the only one there is')
    .option('--json', 'print one JSON object')
    .action(runImport)
}

async function runImport(
  paths: string[],
  { practice: practiceId, json }: ImportCommandOptions,
): Promise<void> {
  await withNouns(async ({ records, practices }) => {
    const practice = await getPractice(practices, practiceId)
    const startedAt = performance.now()
    const onProgress = showProgress(startedAt, json)
    const outcome = await importRecords({ records }, { practiceId: practice.id, paths, onProgress })
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
  const { created, updated, unchanged, rejected, problems, files } = outcome
  const rate = Math.round((created + updated + unchanged) / Math.max(seconds, 0.001))
  const lines = [
    `${practice.name}: ${created} new, ${updated} changed and ${unchanged} unchanged records from ${files} ${files === 1 ? 'file' : 'files'} in ${seconds.toFixed(1)} s (${rate} a second).`,
  ]
  if (rejected === 0) return lines
  lines.push(`${rejected} were not imported:`)
  for (const { file, place, reference, reason } of problems)
    lines.push(`  ${[file, place, reference].filter(Boolean).join(', ')}: ${reason}`)
  if (problems.length < rejected) lines.push('  … and others for the same or similar reasons.')
  lines.push('Correct the files and import them again; what is imported already is left as it is.')
  return lines
}

function showProgress(startedAt: number, isJson: boolean | undefined) {
  const isTerminal = process.stderr.isTTY && !isJson
  let shownAt = 0
  return ({ filesDone, filesTotal, records }: ImportProgress) => {
    const now = performance.now()
    if (!isTerminal || (now - shownAt < 200 && filesDone < filesTotal)) return
    shownAt = now
    const width = 24
    const full = Math.round((filesDone / filesTotal) * width)
    const bar = `${'█'.repeat(full)}${'░'.repeat(width - full)}`
    const rate = Math.round(records / ((now - startedAt) / 1000))
    const end = filesDone === filesTotal ? '\n' : ''
    process.stderr.write(`\r${bar} ${filesDone}/${filesTotal} files, ${records} records, ${rate}/s ${end}`)
  }
}
