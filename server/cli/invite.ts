import { Argument, Command, InvalidArgumentError } from 'commander'
import type { Opening } from '#server/practices/practices.ts'
import { checkAddress } from '../addresses.ts'
import { readSettings } from '../settings.ts'
import { mayBegin, newOption, printResult, withModules } from './with-modules.ts'

interface InviteOptions {
  email?: string
  days: number
  new?: true
  json?: boolean
}

/** `onpatient invite` makes a link by which somebody opens a practice, or gets a sandbox for development. */
export function inviteCommand(): Command {
  return new Command('invite')
    .description('Make a link by which somebody opens a practice or gets a sandbox. It works once.')
    .addArgument(new Argument('<kind>', 'what may be opened').choices(['practice', 'developer']))
    .option('--email <address>', 'also mail it there')
    .option('--days <number>', 'how long it works, 1 to 90', parseDays, 7)
    .option(...newOption)
    .option('--json', 'print one JSON object')
    .action(invite)
}

async function invite(kind: Opening, { email, days, json, ...options }: InviteOptions): Promise<void> {
  const address = email === undefined ? undefined : checkAddress(email, '--email')
  await withModules(
    async ({ admission }) => {
      const form = address === undefined ? { days } : { email: address, days }
      const { link, expiresAt } = await admission.invite(kind, form)
      const until = expiresAt.toISOString().slice(0, 10)
      const lines = [
        `Whoever opens this link ${kind === 'practice' ? 'opens a practice' : 'gets a sandbox'}. It works once, until ${until}:`,
        `  ${link}`,
        ...(address === undefined ? [] : [`The server mails it to ${address} as soon as it runs.`]),
      ]
      printResult({ link, expires_at: expiresAt.toISOString(), email: address ?? null }, lines, json)
    },
    { mayCreate: mayBegin(readSettings(), options) },
  )
}

function parseDays(text: string): number {
  const days = Number(text)
  if (Number.isInteger(days) && days >= 1 && days <= 90) return days
  throw new InvalidArgumentError('Give a number from 1 to 90.')
}
