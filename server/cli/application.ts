import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import type { Account, Accounts } from '#server/accounts/accounts.ts'
import type { ApplicationForm } from '#server/applications/applications.ts'
import { OnpatientError } from '../errors.ts'
import { printResult, withModules } from './with-modules.ts'

interface CreateOptions {
  owner: string
  name: string
  redirectUri?: string[]
  postLogoutRedirectUri?: string[]
  public?: boolean
  jwks?: string
  jwksUri?: string
  requirePar?: boolean
  requireDpop?: boolean
  launchUri?: string
  scope?: string
  json?: boolean
}

/** `onpatient application create` prints the client id and, this one time, the secret. */
export function applicationCommand(): Command {
  const create = new Command('create')
    .description('Register an application; its secret is printed once.')
    .requiredOption('--owner <email>', 'the account that owns it')
    .requiredOption('--name <text>', 'the name people see')
    .option('--redirect-uri <uri...>', 'where people return to; a backend service may have none')
    .option('--launch-uri <uri>', 'where a launch from the portal starts it (SMART EHR launch)')
    .option('--post-logout-redirect-uri <uri...>', 'where browsers may go after signing out')
    .option('--public', 'without a secret (browser and phone apps); PKCE is then required')
    .option('--jwks <file>', 'authenticates with a key instead of a secret: a file with its public keys')
    .option('--jwks-uri <uri>', 'the same, with the address where it publishes its keys')
    .option('--require-par', 'every authorization starts with a pushed request (RFC 9126)')
    .option('--require-dpop', 'its tokens are bound to a key of its own (RFC 9449)')
    .option('--scope <scopes>', 'space-separated; default: the whole record, read only')
    .option('--json', 'print one JSON object')
    .action(createApplication)
  return new Command('application')
    .description('Applications that read records.')
    .addCommand(create)
    .addCommand(registrationTokenCommand())
}

/** For REGISTRATION=approved: whoever has the token registers applications that belong to the owner. */
function registrationTokenCommand(): Command {
  return new Command('registration-token')
    .description('Make a token that registers applications at /o/register/ for an account.')
    .requiredOption('--owner <email>', 'the account that will own them')
    .option('--days <number>', 'how long it is valid, at most 365', '30')
    .option('--json', 'print one JSON object')
    .action(makeRegistrationToken)
}

async function makeRegistrationToken(options: {
  owner: string
  days: string
  json?: boolean
}): Promise<void> {
  const days = Number(options.days)
  if (!Number.isInteger(days) || days < 1 || days > 365)
    throw new OnpatientError('invalid-parameter', 'Give a whole number of days from 1 to 365.', {
      field: '--days',
    })
  await withModules(async ({ accounts, applications }) => {
    const owner = await getOwner(accounts, options.owner)
    const token = await applications.registrationTokens.issueInitial(owner.id, days * 24 * 3600)
    const lines = [
      `Registration token, valid for ${days} days: ${token}`,
      'Store it now: it is not shown again.',
    ]
    printResult({ registration_token: token, days }, lines, options.json)
  })
}

async function getOwner(accounts: Accounts, email: string): Promise<Account> {
  const owner = await accounts.findByEmail(email)
  if (owner) return owner
  throw new OnpatientError(
    'not-found',
    `There is no account ${email}. Create it with "onpatient account create".`,
    { field: '--owner' },
  )
}

async function createApplication(options: CreateOptions): Promise<void> {
  await withModules(async ({ accounts, applications }) => {
    const owner = await getOwner(accounts, options.owner)
    const { application, secret, warnings } = await applications.create(owner.id, await formOf(options))
    printResult(
      {
        client_id: application.id,
        client_secret: secret ?? null,
        authentication: application.authentication,
        redirect_uris: application.redirectUris,
        launch_uri: application.launchUri ?? null,
        scope: application.scopes.join(' '),
        warnings: warnings.map((warning) => warning.message),
      },
      [
        `Client id:      ${application.id}`,
        `Client secret:  ${secret ?? withoutSecret[application.authentication]}`,
        ...(secret ? ['Store the secret now: it is not shown again.'] : []),
        ...warnings.map((warning) => `Please note: ${warning.message}`),
      ],
      options.json,
    )
  })
}

const withoutSecret = {
  secret: 'none',
  key: 'none (it authenticates with its key)',
  none: 'none (public application)',
}

async function formOf(options: CreateOptions): Promise<ApplicationForm> {
  const hasKey = options.jwks !== undefined || options.jwksUri !== undefined
  return {
    name: options.name,
    kind: options.public ? 'public' : 'confidential',
    authentication: hasKey ? 'key' : undefined,
    jwks: options.jwks === undefined ? undefined : await readKeySet(options.jwks),
    jwksUri: options.jwksUri,
    requiresPar: options.requirePar,
    requiresDpop: options.requireDpop,
    redirectUris: options.redirectUri ?? [],
    launchUri: options.launchUri,
    postLogoutRedirectUris: options.postLogoutRedirectUri,
    scopes: options.scope?.split(' ') ?? [],
  }
}

async function readKeySet(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    throw new OnpatientError('invalid-parameter', `${file} cannot be read as JSON.`, {
      field: '--jwks',
      cause,
    })
  }
}
