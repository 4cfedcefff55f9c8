import { Command, InvalidArgumentError } from 'commander'
import type { Modules } from '../app.ts'
import { systemClock } from '../clock.ts'
import {
  demoApplication,
  demoPassword,
  demoSignIns,
  endDemo,
  findOpenSignIns,
  findPublishedSecrets,
  makeDemo,
} from '../demo/demo.ts'
import { OnpatientError } from '../errors.ts'
import { systemRandom } from '../secrets.ts'
import { readSettings, type Settings } from '../settings.ts'
import { mayBegin, newOption, printResult, withModules } from './with-modules.ts'

/** `onpatient demo` makes the synthetic practice, at any size. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('Fill the database with a synthetic practice and known sign-ins.')
    .option('--patients <number>', 'how many patients', parseCount, 30)
    .option('--seed <number>', 'another seed makes other people', parseCount)
    .option(
      '--end',
      'close the known sign-ins of the demo, delete its applications and unlist it; records stay',
    )
    .option(...newOption)
    .option('--json', 'print one JSON object')
    .action(
      async (options: { patients: number; seed?: number; end?: boolean; json?: boolean; new?: true }) => {
        if (options.end) return closeDemo(options.json)
        if (readSettings().production)
          throw new OnpatientError(
            'not-allowed',
            'The demo has passwords that everybody knows, so it is not made with NODE_ENV=production.',
          )
        await withModules(
          async (modules) => {
            const outcome = await makeDemo(
              { ...modules, clock: systemClock },
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
          },
          { mayCreate: mayBegin(readSettings(), options) },
        )
      },
    )
}

async function closeDemo(isJson: boolean | undefined): Promise<void> {
  await withModules(async (modules) => {
    const { closed } = await endDemo({ ...modules, random: systemRandom })
    const lines =
      closed.length === 0
        ? ['No sign-in of the demo was open.']
        : [
            'Nobody can sign in with the password of the demo any more:',
            ...closed.map((email) => `  ${email}`),
          ]
    printResult({ closed }, [...lines, 'The records of the demo and all others are as they were.'], isJson)
  })
}

/** Throws in production when anybody could sign in with the documented password, unless `DEMO=on` allows it. */
export async function refuseOpenDemo(
  { production, demo }: Settings,
  opening: { mayCreate: boolean },
): Promise<void> {
  if (!production || demo === 'on') return
  const known = await withModules(findPublished, opening)
  if (known.length === 0) return
  throw new OnpatientError(
    'not-allowed',
    `This database has the demo in it, and everybody knows ${known.join(' and ')}.
Nothing was started and nothing was changed. Do one of these:
  - name another database by DATABASE_URL, for real records;
  - sign in without NODE_ENV=production and change these passwords, if the accounts are in use;
  - run "npx onpatient demo --end": it closes these sign-ins and keeps all records;
  - set DEMO=on, if this is to be a public demo without any real record.`,
  )
}

/** The documented passwords and secrets of the demo that open something here. */
export async function findPublished(modules: Pick<Modules, 'accounts' | 'applications'>): Promise<string[]> {
  const open = await findOpenSignIns(modules)
  const secrets = await findPublishedSecrets(modules)
  return [
    ...(open.length > 0 ? [`the password of ${open.map(({ email }) => email).join(', ')}`] : []),
    ...(secrets.length > 0 ? [`the secret of ${secrets.join(', ')}`] : []),
  ]
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
