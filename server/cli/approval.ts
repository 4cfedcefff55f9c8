import { Command } from 'commander'
import type { Account } from '#server/accounts/accounts.ts'
import type { Approval, ChangeOfApproved } from '#server/grants/grants.ts'
import type { Practice } from '#server/practices/practices.ts'
import type { Modules } from '../app.ts'
import { OnpatientError } from '../errors.ts'
import { getPractice } from './practice-option.ts'
import { readAll } from './read-all.ts'
import { printResult, withModules } from './with-modules.ts'

interface PracticeOptions {
  practice?: string
  json?: boolean
}

interface ApproveOptions extends PracticeOptions {
  by: string
  scope?: string
}

/** `onpatient approval`: which backend services read the records of a practice. */
export function approvalCommand(): Command {
  const shared = (command: Command) =>
    command
      .option('--practice <id>', 'the practice; may be left out when there is one')
      .option('--json', 'print one JSON object')
  return new Command('approval')
    .description('Backend services that a practice lets in.')
    .addCommand(
      shared(new Command('list').description('List approvals in force and open requests.')).action(
        listApprovals,
      ),
    )
    .addCommand(
      shared(
        new Command('approve')
          .description('Let a backend service reach the records of the practice.')
          .argument('<client-id>')
          .requiredOption('--by <email>', 'the provider of the practice who approves')
          .option('--scope <scopes>', 'some of its system scopes, space-separated; default: all'),
      ).action(approve),
    )
    .addCommand(
      shared(
        new Command('accept-change')
          .description('Agree to the change of an approved service that "list" shows.')
          .argument('<client-id>')
          .requiredOption('--by <email>', 'the provider of the practice who agrees'),
      ).action((id: string, options: ApproveOptions) => decideChange(id, options, 'accept')),
    )
    .addCommand(
      shared(
        new Command('refuse-change')
          .description('Refuse the change of an approved service, which stays as it was.')
          .argument('<client-id>'),
      ).action((id: string, options: PracticeOptions) => decideChange(id, options, 'refuse')),
    )
    .addCommand(
      shared(
        new Command('end').description('End an approval and its tokens at once.').argument('<client-id>'),
      ).action(endApproval),
    )
}

async function listApprovals(options: PracticeOptions): Promise<void> {
  await withModules(async ({ practices, approvals }) => {
    const { id: practiceId } = await getPractice(practices, options.practice)
    const inForce = await readAll((after) => approvals.list({ practiceId }, after))
    const requests = await readAll((after) => approvals.listRequests({ practiceId }, after))
    const changes = await readAll((after) => approvals.listChanges(practiceId, after))
    printResult(
      {
        approvals: inForce.map(toJson),
        requests: requests.map(({ applicationId, applicationName, scopes }) => ({
          client_id: applicationId,
          name: applicationName,
          scope: scopes.join(' '),
        })),
        changes: changes.map(({ applicationId, changes: fields, isAgreed }) => ({
          client_id: applicationId,
          changes: fields,
          agreed: isAgreed,
        })),
      },
      [
        ...inForce.map(
          (each) => `approved  ${each.applicationId}  ${each.applicationName}: ${each.scopes.join(' ')}`,
        ),
        ...requests.map(
          (each) => `asks for  ${each.applicationId}  ${each.applicationName}: ${each.scopes.join(' ')}`,
        ),
        ...changes.flatMap(describeChange),
        `${inForce.length} approved, ${requests.length + changes.filter(({ isAgreed }) => !isAgreed).length} waiting.`,
      ],
      options.json,
    )
  })
}

/** The changes that wait; until the practice agrees, the old values count. */
function describeChange({ applicationId, applicationName, changes, isAgreed }: ChangeOfApproved): string[] {
  return changes.map(
    ({ field, from, to }) =>
      `${isAgreed ? 'agreed to' : 'changes  '} ${applicationId}  ${applicationName}: ${field} from "${from}" to "${to}"`,
  )
}

/** Agrees to the waiting change of a service, or refuses it. */
async function decideChange(
  applicationId: string,
  options: PracticeOptions & { by?: string },
  does: 'accept' | 'refuse',
): Promise<void> {
  await withModules(async ({ accounts, practices, approvals }) => {
    const practice = await getPractice(practices, options.practice)
    const change = (await readAll((after) => approvals.listChanges(practice.id, after))).find(
      (each) => each.applicationId === applicationId,
    )
    if (!change) throw new OnpatientError('not-found', `${applicationId} has no change that waits.`)
    if (does === 'refuse') await approvals.refuseChange(practice.id, change.id)
    else {
      const { id: accountId } = await getProvider({ accounts, practices }, practice, options.by ?? '')
      await approvals.acceptChange({ practiceId: practice.id, changeId: change.id, accountId })
    }
    const words =
      does === 'accept'
        ? `${practice.name} agrees to the change of ${change.applicationName}.`
        : `${change.applicationName} stays as it was.`
    printResult({ client_id: applicationId, [does]: true }, [words], options.json)
  })
}

async function getProvider(
  { accounts, practices }: Pick<Modules, 'accounts' | 'practices'>,
  practice: Practice,
  email: string,
): Promise<Account> {
  const account = await accounts.findByEmail(email)
  const associations = account ? await practices.listAssociations(account.id) : []
  const isProvider = associations.some((each) => each.practice.id === practice.id && each.role === 'provider')
  if (account && isProvider) return account
  throw new OnpatientError('not-found', `${email} is not a provider of ${practice.name}.`, { field: '--by' })
}

async function approve(applicationId: string, options: ApproveOptions): Promise<void> {
  await withModules(async ({ accounts, practices, approvals }) => {
    const practice = await getPractice(practices, options.practice)
    const account = await getProvider({ accounts, practices }, practice, options.by)
    const approval = await approvals.approve({
      applicationId,
      practiceId: practice.id,
      accountId: account.id,
      scopes: options.scope?.split(' '),
    })
    const words = `${practice.name} lets ${approval.applicationName} in: ${approval.scopes.join(' ')}`
    printResult(toJson(approval), [words], options.json)
  })
}

async function endApproval(applicationId: string, options: PracticeOptions): Promise<void> {
  await withModules(async ({ practices, approvals }) => {
    const { id: practiceId, name } = await getPractice(practices, options.practice)
    const inForce = await readAll((after) => approvals.list({ practiceId }, after))
    const approval = inForce.find((each) => each.applicationId === applicationId)
    if (!approval) throw new OnpatientError('not-found', `${name} has not approved ${applicationId}.`)
    await approvals.end(practiceId, approval.id)
    printResult(
      { ended: toJson(approval) },
      [`${approval.applicationName} no longer reaches records of ${name}.`],
      options.json,
    )
  })
}

function toJson({ id, applicationId, applicationName, practiceId, scopes }: Approval) {
  return {
    id,
    client_id: applicationId,
    name: applicationName,
    practice: practiceId,
    scope: scopes.join(' '),
  }
}
