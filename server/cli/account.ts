import { Command, Option } from 'commander'
import type { Account, Accounts } from '#server/accounts/accounts.ts'
import type { Practice, Practices } from '#server/practices/practices.ts'
import { OnpatientError } from '../errors.ts'
import { readSettings } from '../settings.ts'
import { mayBegin, newOption, printResult, withModules } from './with-modules.ts'

interface CreateOptions {
  email: string
  password: string
  name?: string
  practice?: string | true
  patient?: string
  relationship: string
  json?: boolean
  new?: true
}

/**
 * `onpatient account create` makes an account and takes its address as proven. `make-provider` makes a colleague a provider. `reset-factors` helps
 * somebody who is locked out.
 */
export function accountCommand(): Command {
  const create = new Command('create')
    .description('Create an account, with a practice of its own or for a patient.')
    .requiredOption('--email <address>', 'the address to sign in with')
    .requiredOption('--password <text>', 'at least 8 characters')
    .option('--name <text>', 'the name shown; default: the address before the @')
    .addOption(
      new Option('--practice [name]', 'also create a practice with this account as its provider').conflicts(
        'patient',
      ),
    )
    .option('--patient <id>', 'give access to the record of this patient')
    .option('--relationship <word>', 'how the account is related to the patient', 'self')
    .option(...newOption)
    .option('--json', 'print one JSON object')
    .action(createAccount)
  const reset = new Command('reset-factors')
    .description(
      'Remove the second step of an account whose owner has lost it. Make sure first who is asking.',
    )
    .requiredOption('--email <address>', 'the address of the account')
    .option('--json', 'print one JSON object')
    .action(resetFactors)
  const makeProvider = new Command('make-provider')
    .description(
      'Make an account a provider of a practice: it sees all patients there. Make sure first who it is.',
    )
    .requiredOption('--email <address>', 'the address of the account')
    .requiredOption('--practice <id>', 'the id of the practice, as in the address of its desk')
    .option('--json', 'print one JSON object')
    .action(addProvider)
  return new Command('account')
    .description('Accounts of people.')
    .addCommand(create)
    .addCommand(makeProvider)
    .addCommand(reset)
}

async function createAccount(options: CreateOptions): Promise<void> {
  await withModules(
    async ({ accounts, practices }) => {
      const keeper =
        options.patient === undefined ? undefined : await getPracticeOf(practices, options.patient)
      const account = await accounts.create({
        email: options.email,
        password: options.password,
        displayName: options.name ?? options.email.replace(/@.*/, ''),
      })
      const own =
        options.practice === undefined
          ? undefined
          : await createPractice(practices, account, options.practice)
      if (keeper && options.patient !== undefined)
        await practices.associate({
          accountId: account.id,
          practiceId: keeper.id,
          role: options.relationship === 'self' ? 'patient' : 'proxy',
          patientId: options.patient,
          relationship: options.relationship,
        })
      const lines = [`Created the account ${account.email} (${account.id}).`]
      if (own) lines.push(`Created the practice ${own.name} (${own.id}).`)
      const practice = own?.id ?? keeper?.id ?? null
      printResult(
        { id: account.id, email: account.email, practice, patient: options.patient ?? null },
        lines,
        options.json,
      )
    },
    { mayCreate: mayBegin(readSettings(), options) },
  )
}

function createPractice(practices: Practices, account: Account, name: string | true): Promise<Practice> {
  return practices.createForProvider(account, name === true ? `Practice of ${account.displayName}` : name)
}

async function getPracticeOf(practices: Practices, patientId: string): Promise<Practice> {
  const [practice] = await practices.listPracticesOf(patientId)
  if (practice) return practice
  throw new OnpatientError(
    'not-found',
    `No practice has a patient with the id ${patientId}. Import the record first.`,
    { field: '--patient' },
  )
}

async function getAccount(accounts: Accounts, email: string): Promise<Account> {
  const account = await accounts.findByEmail(email)
  if (account) return account
  throw new OnpatientError('not-found', `There is no account with the address ${email}.`, {
    field: '--email',
  })
}

async function addProvider(options: { email: string; practice: string; json?: boolean }): Promise<void> {
  await withModules(async ({ accounts, practices }) => {
    const account = await getAccount(accounts, options.email)
    const practice = await practices.find(options.practice)
    if (!practice)
      throw new OnpatientError('not-found', `There is no practice with the id ${options.practice}.`, {
        field: '--practice',
      })
    const associations = await practices.listAssociations(account.id)
    if (!associations.some((each) => each.role === 'provider' && each.practice.id === practice.id))
      await practices.addProvider(practice, account)
    printResult(
      { id: account.id, email: account.email, practice: practice.id },
      [`${account.email} is a provider of ${practice.name} (${practice.id}).`],
      options.json,
    )
  })
}

async function resetFactors({ email, json }: { email: string; json?: boolean }): Promise<void> {
  await withModules(async ({ accounts }) => {
    const account = await getAccount(accounts, email)
    const hadFactors = await accounts.factors.removeAll(account)
    const lines = [
      hadFactors
        ? `Removed the second step of ${account.email} and ended all its sign-ins. A mail to the account says so.`
        : `${account.email} has no second step. All its sign-ins were ended.`,
    ]
    // To standard error, so that a log of the operator's shell has it beside the result.
    process.stderr.write(
      `${JSON.stringify({ time: new Date().toISOString(), account: account.id, hadFactors, msg: 'factors were cleared' })}\n`,
    )
    printResult({ id: account.id, email: account.email, had_factors: hadFactors }, lines, json)
  })
}
