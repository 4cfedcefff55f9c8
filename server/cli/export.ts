import { Command } from 'commander'
import { exportRecords } from '#server/export/export.ts'
import { getPractice } from './practice-option.ts'
import { printResult, withNouns } from './with-nouns.ts'

/** `onpatient export`: all records of a practice as NDJSON. */
export function exportRecordsCommand(): Command {
  return new Command('export')
    .description('Write all records of a practice as NDJSON, one compressed file for each type.')
    .argument('<folder>', 'a folder that is empty or does not exist yet')
    .option('--practice <id>', 'the practice that keeps the records; default: the only one there is')
    .option('--json', 'print one JSON object')
    .action(runExport)
}

async function runExport(
  folder: string,
  { practice: practiceId, json }: { practice?: string; json?: boolean },
): Promise<void> {
  await withNouns(async ({ records, practices }) => {
    const practice = await getPractice(practices, practiceId)
    const isTerminal = process.stderr.isTTY && !json
    const outcome = await exportRecords(
      { records },
      {
        practiceId: practice.id,
        folder,
        onProgress: (count) => isTerminal && process.stderr.write(`\r${count} records `),
      },
    )
    const files = Object.entries(outcome.files).map(([name, count]) => `  ${name}  ${count}`)
    printResult(
      { practice: practice.id, ...outcome },
      [`${practice.name}: ${outcome.records} records in ${folder}`, ...files],
      json,
    )
  })
}
