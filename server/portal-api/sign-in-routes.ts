import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { OnpatientError } from '../errors.ts'
import { getSignedIn } from '../http/browser.ts'
import type { SignIn } from './answers.ts'
import { idText, parseInput } from './parse-input.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'

const oneSignIn = z.strictObject({ id: idText })

/** The browsers in which the account is signed in. */
export function signInRoutes({ accounts }: PortalApiDeps): FastifyPluginAsync {
  return async (app) => {
    app.get('/sign-ins', async (request): Promise<{ signIns: SignIn<Date>[] }> => {
      const { account, signIn } = getSignedIn(request)
      const signIns = await accounts.listSignIns(account.id)
      return {
        signIns: signIns.map(({ id, createdAt, lastSeenAt, expiresAt, userAgent, address }) => ({
          id,
          createdAt,
          lastSeenAt,
          expiresAt,
          userAgent,
          address: address ?? null,
          isCurrent: id === signIn.id,
        })),
      }
    })

    app.delete('/sign-ins/:id', async (request, reply) => {
      const { account } = getSignedIn(request)
      const { id } = parseInput(oneSignIn, request.params)
      const own = await accounts.listSignIns(account.id)
      if (!own.some((each) => each.id === id))
        throw new OnpatientError('not-found', 'There is no such sign-in among yours. It may have ended.')
      await accounts.endSignIn(account.id, id)
      return reply.code(204).send()
    })

    app.post('/sign-ins/end-others', async (request, reply) => {
      const { account, signIn } = getSignedIn(request)
      await accounts.endOtherSignIns(account.id, signIn.id)
      return reply.code(204).send()
    })
  }
}
