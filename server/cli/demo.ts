import { Command, InvalidArgumentError } from 'commander'
import { systemClock } from '../clock.ts'
import { demoApplication, demoPassword, demoSignIns, makeDemo } from '../demo/demo.ts'
import { OnpatientError } from '../errors.ts'
import { readSettings } from '../settings.ts'
import { printResult, withNouns } from './with-nouns.ts'

/** `onpatient demo`: the synthetic practice, at any size. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('Fill the database with a synthetic practice and known sign-ins.')
    .option('--patients <number>', 'how many patients', parseCount, 30)
    .option('--seed <number>', 'another seed makes other people', parseCount)
    .option('--json', 'print one JSON object')
    .action(async (options: { patients: number; seed?: number; json?: boolean }) => {
      if (readSettings().production)
        throw new OnpatientError(
          'not-allowed',
          'The demo has passwords that everybody knows: it is not made with NODE_ENV=production.',
        )
      await withNouns(async (nouns) => {
        const outcome = await makeDemo(
          { ...nouns, clock: systemClock },
          { ...options, onProgress: showProgress(options.json) },
        )
        printResult(
          {
            ...outcome,
            sign_ins: demoSignIns.map(({ email }) => email),
            password: demoPassword,
            client_id: demoApplication.applicationId,
          },
          [
            `${outcome.practice.name}: ${outcome.patients} patients, ${outcome.records} records.`,
            ...describeSignIns(),
          ],
          options.json,
        )
      })
    })
}

/** The known sign-ins as lines to print. */
export function describeSignIns(): string[] {
  return [
    `Demo sign-ins (password of all: ${demoPassword})`,
    ...demoSignIns.map(({ who, email, sees }) => `  ${email.padEnd(24)} ${who}: ${sees}`),
  ]
}

function showProgress(isJson: boolean | undefined) {
  const isTerminal = process.stderr.isTTY && !isJson
  return (done: number, total: number) => {
    if (isTerminal) process.stderr.write(`\r${done} of ${total} patients${done >= total ? '\n' : ''}`)
  }
}

function parseCount(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > 10_000_000)
    throw new InvalidArgumentError('Give a whole number from 1.')
  return count
}
