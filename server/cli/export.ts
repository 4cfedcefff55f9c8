import { Command } from 'commander'
import { type ExportOutcome, exportRecords } from '#server/export/export.ts'
import { systemClock } from '../clock.ts'
import { getPractice } from './practice-option.ts'
import { printResult, withModules } from './with-modules.ts'

/** `onpatient export` writes all records of a practice as NDJSON. */
export function exportRecordsCommand(): Command {
  return new Command('export')
    .description('Write all records of a practice as NDJSON, one file for each type.')
    .argument(
      '<folder>',
      'a folder that is empty, does not exist yet, or holds a stopped export, which then goes on',
    )
    .option('--practice <id>', 'the practice that keeps the records; default: the only one there is')
    .option('--gzip', 'compress the files: .ndjson.gz')
    .option('--json', 'print one JSON object')
    .action(runExport)
}

async function runExport(
  folder: string,
  { practice: practiceId, gzip = false, json }: { practice?: string; gzip?: boolean; json?: boolean },
): Promise<void> {
  await withModules(async ({ records, practices }) => {
    const practice = await getPractice(practices, practiceId)
    const startedAt = performance.now()
    const isTerminal = process.stderr.isTTY && !json
    const rateOf = (count: number) => Math.round((count * 1000) / Math.max(1, performance.now() - startedAt))
    const outcome = await exportRecords(
      { records, clock: systemClock },
      {
        practiceId: practice.id,
        folder,
        gzip,
        onProgress: (count) =>
          isTerminal && process.stderr.write(`\r${count} records, ${rateOf(count)} a second `),
      },
    )
    if (isTerminal) process.stderr.write('\r\u001b[K')
    const files = Object.entries(outcome.files).map(([name, count]) => `  ${name}  ${count}`)
    printResult(
      { practice: practice.id, ...outcome },
      [`${practice.name}: ${outcome.records} records in ${folder}`, ...files, ...describeRun(outcome)],
      json,
    )
  })
}

function describeRun({ kept, changedMeanwhile }: ExportOutcome): string[] {
  return [
    ...(kept > 0 ? [`${kept} of them come from an earlier run that was stopped.`] : []),
    ...(changedMeanwhile
      ? [
          'Records were written or deleted while the export ran. Some may be missing, or be in it in an older version. For a copy of one moment, export to a new folder while nothing writes.',
        ]
      : []),
  ]
}
