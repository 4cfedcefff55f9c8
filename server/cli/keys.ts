import { Command } from 'commander'
import { printResult, withModules } from './with-modules.ts'

/** `onpatient keys`: the keys that sign id_tokens. */
export function keysCommand(): Command {
  return new Command('keys')
    .description('The keys that sign id_tokens.')
    .addCommand(
      new Command('list')
        .description('List the published keys, and which one signs.')
        .option('--json', 'print one JSON object')
        .action(listKeys),
    )
    .addCommand(
      new Command('rotate')
        .description(
          'Make a new key. It is published at once and signs two minutes later, without a restart.',
        )
        .option('--at-once', 'withdraw the old keys now, when others may know a key')
        .option('--json', 'print one JSON object')
        .action(rotateKeys),
    )
}

async function listKeys({ json }: { json?: boolean }): Promise<void> {
  await withModules(async ({ keys }) => {
    const all = await keys.signing.list()
    const lines = all.map(
      ({ kid, state, createdAt }) => `${state.padEnd(9)}  ${kid}  ${createdAt.toISOString()}`,
    )
    printResult({ keys: all }, lines, json)
  })
}

async function rotateKeys({ json, atOnce = false }: { json?: boolean; atOnce?: boolean }): Promise<void> {
  await withModules(async ({ keys }) => {
    const made = await keys.signing.rotate({ atOnce })
    const when = made.state === 'signing' ? 'signs from now on' : 'is published and signs in two minutes'
    printResult(made, [`The new key ${made.kid} ${when}.`], json)
  })
}
