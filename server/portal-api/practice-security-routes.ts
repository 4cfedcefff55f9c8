import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import type { Account, SignIn } from '#server/accounts/accounts.ts'
import { OnpatientError } from '../errors.ts'
import { getSignedIn } from '../http/browser.ts'
import { idText, parseInput } from './parse-input.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'
import { getWork } from './workplace.ts'

const onePractice = z.strictObject({ id: idText })
const onePerson = z.strictObject({ id: idText, associationId: idText })
const switchForm = z.strictObject({ isRequired: z.boolean() })

/** How the people of a practice sign in: whether they need a second step, and help for people who have lost theirs. */
export function practiceSecurityRoutes({ accounts, practices }: PortalApiDeps): FastifyPluginAsync {
  async function assertProvider(signIn: SignIn, practiceId: string): Promise<void> {
    const work = await getWork(practices, signIn, practiceId)
    if (!work.some(({ role }) => role === 'provider'))
      throw new OnpatientError('not-allowed', 'Only a provider of the practice decides about this.')
  }

  /** A practice must not weaken the protection of another practice's records. */
  async function getOwnPerson(practiceId: string, associationId: string): Promise<Account> {
    const person = await practices.findPerson(practiceId, associationId)
    const account = person && (await accounts.find(person.accountId))
    if (!account)
      throw new OnpatientError('not-found', 'There is no such person among those of this practice.')
    const associations = await practices.listAssociations(account.id)
    if (associations.every(({ practice }) => practice.id === practiceId)) return account
    throw new OnpatientError(
      'not-allowed',
      'This account reaches records of another practice, too. Ask whoever runs this server to remove its second step.',
    )
  }

  return async (app) => {
    app.put('/practices/:id/second-step', async (request) => {
      const { signIn } = getSignedIn(request)
      const { id } = parseInput(onePractice, request.params)
      const { isRequired } = parseInput(switchForm, request.body)
      await assertProvider(signIn, id)
      if (isRequired && !signIn.isTwoStep)
        throw new OnpatientError(
          'second-step-required',
          'Set up a second step for yourself first, in Settings → Security. Otherwise you would lock yourself out.',
        )
      await practices.requireSecondStep(id, { isRequired })
      return { requiresSecondStep: isRequired }
    })

    app.delete('/practices/:id/people/:associationId/factors', async (request, reply) => {
      const { account, signIn } = getSignedIn(request)
      const { id, associationId } = parseInput(onePerson, request.params)
      await assertProvider(signIn, id)
      const person = await getOwnPerson(id, associationId)
      if (person.id === account.id)
        throw new OnpatientError('not-allowed', 'Change your own second step in Settings → Security.')
      accounts.factors.assertProven(signIn)
      await accounts.factors.removeAll(person)
      request.log.info({ by: account.id, account: person.id, practice: id }, 'factors were cleared')
      return reply.code(204).send()
    })
  }
}
