import { Command } from 'commander'
import { OnpatientError } from '../errors.ts'
import { printResult, withNouns } from './with-nouns.ts'

interface CreateOptions {
  owner: string
  name: string
  redirectUri: string[]
  public?: boolean
  scope?: string
  json?: boolean
}

/** `onpatient application create`: prints the client id, and the secret this once. */
export function applicationCommand(): Command {
  const create = new Command('create')
    .description('Register an application; its secret is printed once.')
    .requiredOption('--owner <email>', 'the account that owns it')
    .requiredOption('--name <text>', 'the name people see')
    .requiredOption('--redirect-uri <uri...>', 'where people return to; may be given several times')
    .option('--public', 'without a secret (browser and phone apps); PKCE is then a must')
    .option('--scope <scopes>', 'space-separated; default: the whole record, read only')
    .option('--json', 'print one JSON object')
    .action(createApplication)
  return new Command('application').description('Applications that read records.').addCommand(create)
}

async function createApplication(options: CreateOptions): Promise<void> {
  await withNouns(async ({ accounts, applications }) => {
    const owner = await accounts.findByEmail(options.owner)
    if (!owner)
      throw new OnpatientError(
        'not-found',
        `There is no account ${options.owner}. Create it with "onpatient account create".`,
        {
          field: '--owner',
        },
      )
    const { application, secret, warnings } = await applications.create(owner.id, {
      name: options.name,
      kind: options.public ? 'public' : 'confidential',
      redirectUris: options.redirectUri,
      scopes: options.scope?.split(' ') ?? [],
    })
    printResult(
      {
        client_id: application.id,
        client_secret: secret ?? null,
        redirect_uris: application.redirectUris,
        scope: application.scopes.join(' '),
        warnings: warnings.map((warning) => warning.message),
      },
      [
        `Client id:      ${application.id}`,
        `Client secret:  ${secret ?? 'none (public application)'}`,
        ...(secret ? ['Store the secret now: it is not shown again.'] : []),
        ...warnings.map((warning) => `Please note: ${warning.message}`),
      ],
      options.json,
    )
  })
}
