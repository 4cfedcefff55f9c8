import cluster from 'node:cluster'
import { Command } from 'commander'
import { accountCommand } from './account.ts'
import { applicationCommand } from './application.ts'
import { approvalCommand } from './approval.ts'
import { backupCommand } from './backup.ts'
import { demoCommand } from './demo.ts'
import { describeFailure } from './describe-failure.ts'
import { doctorCommand } from './doctor.ts'
import { exportRecordsCommand } from './export.ts'
import { importRecordsCommand } from './import.ts'
import { inviteCommand } from './invite.ts'
import { keysCommand } from './keys.ts'
import { migrateCommand } from './migrate.ts'
import { restoreCommand } from './restore.ts'
import { serveCommand } from './serve.ts'
import { tokenCommand } from './token.ts'

// Backups, exports and reports of imports hold medical records, so only this account may read the files.
process.umask(0o077)

const program = new Command('onpatient')
  .description('Gives people their health records back: portal, authorization server and FHIR API.')
  .addHelpText('after', '\nSettings are environment variables: docs/operate/settings.md lists them.')
  .addCommand(serveCommand())
  .addCommand(importRecordsCommand())
  .addCommand(exportRecordsCommand())
  .addCommand(backupCommand())
  .addCommand(restoreCommand())
  .addCommand(migrateCommand())
  .addCommand(demoCommand())
  .addCommand(accountCommand())
  .addCommand(inviteCommand())
  .addCommand(applicationCommand())
  .addCommand(approvalCommand())
  .addCommand(tokenCommand())
  .addCommand(keysCommand())
  .addCommand(doctorCommand())

sayWhatIsRequired(program)

try {
  await program.parseAsync(argumentsOf(process.argv))
} catch (error) {
  process.stderr.write(`${describeFailure(error)}\n`)
  process.exitCode = 1
} finally {
  // The connection to the first process would keep this process alive.
  cluster.worker?.disconnect()
}

/** Turns `help application create` into `application create --help`, because commander's own help takes one word. */
function argumentsOf([node = '', file = '', first, ...rest]: string[]): string[] {
  if (first === undefined) return [node, file]
  return first === 'help' && rest.length > 0 ? [node, file, ...rest, '--help'] : [node, file, first, ...rest]
}

/** The help of a command marks the options that must be given. */
function sayWhatIsRequired(command: Command): void {
  for (const option of command.options) if (option.mandatory) option.description += ' (required)'
  for (const inner of command.commands) sayWhatIsRequired(inner)
}
