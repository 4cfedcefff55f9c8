import { Command } from 'commander'
import { splitScopes } from '#fhir/scope/scope.ts'
import { OnpatientError } from '../errors.ts'
import { newSecret, systemRandom } from '../secrets.ts'
import { readSettings } from '../settings.ts'
import { printResult, withModules } from './with-modules.ts'

interface TokenOptions {
  account: string
  application: string
  scope?: string
  minutes: string
  json?: boolean
}

/** `onpatient token` makes a token without a browser, for trying things out. It refuses in production, where people decide. */
export function tokenCommand(): Command {
  return new Command('token')
    .description('Make an access token for trying things out. For development only.')
    .requiredOption('--account <email>', 'the account whose records it reads')
    .requiredOption('--application <client-id>', 'the application that the person would allow')
    .option('--scope <scopes>', 'space-separated; default: those of the application')
    .option('--minutes <number>', 'how long it is valid, at most 2880', '60')
    .option('--json', 'print one JSON object')
    .action(makeToken)
}

async function makeToken(options: TokenOptions): Promise<void> {
  if (readSettings().production)
    throw new OnpatientError(
      'not-allowed',
      'In production a person gives access on the authorization page: see the tutorial. This command is for development.',
    )
  const minutes = Number(options.minutes)
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > 2880)
    throw new OnpatientError('invalid-parameter', 'Give a whole number from 1 to 2880.', {
      field: '--minutes',
    })
  await withModules(async ({ accounts, applications, practices, grants, portalUrl }) => {
    const account = await accounts.findByEmail(options.account)
    if (!account) throw new OnpatientError('not-found', 'There is no such account.', { field: '--account' })
    const application = await applications.find(options.application)
    if (!application)
      throw new OnpatientError('not-found', 'There is no such application.', { field: '--application' })
    const associations = await practices.listAssociations(account.id)
    const scopes = options.scope === undefined ? application.scopes : splitScopes(options.scope)
    const expiresAt = new Date(Date.now() + minutes * 60_000)
    const grant = await grants.create({
      accountId: account.id,
      applicationId: application.id,
      scopes,
      associationIds: associations.map(({ id }) => id),
      expiresAt,
    })
    const token = newSecret('ops', systemRandom)
    await grants.storeAccessToken({ token, grantId: grant.id, scopes, expiresAt })
    printResult(
      { access_token: token, token_type: 'Bearer', expires_in: minutes * 60, scope: scopes.join(' ') },
      [
        token,
        '',
        `For ${minutes} minutes it reads the records that ${account.displayName} reaches. Connected apps lists it. Try:`,
        `  curl -H "Authorization: Bearer ${token}" ${portalUrl}/onpatient_api/fhir/Patient`,
      ],
      options.json,
    )
  })
}
