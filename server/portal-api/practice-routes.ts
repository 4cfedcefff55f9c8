import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import type { Practice } from '#server/practices/practices.ts'
import { assertRoom } from '../assert-room.ts'
import { getSignedIn } from '../http/browser.ts'
import type { Practice as PracticeAnswer } from './answers.ts'
import { parseInput } from './parse-input.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'

const practiceForm = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1, 'enter the name of the practice')
    .max(200, 'at most 200 characters')
    // Invisible and direction-changing characters could make a name look like another practice's.
    .refine((name) => !/[\p{Cc}\p{Cf}\p{Co}]/u.test(name), 'it contains invisible characters'),
})
const noForm = z.strictObject({})

/** Makes a practice or a sandbox for the person. A person with an invitation opens its link instead. */
export function practiceRoutes({ practices, admission, limits }: PortalApiDeps): FastifyPluginAsync {
  async function assertRoomFor(kind: Practice['kind'], accountId: string): Promise<void> {
    const associations = await practices.listAssociations(accountId)
    const own = associations.filter(({ role, practice }) => role === 'provider' && practice.kind === kind)
    const owned = new Set(own.map(({ practice }) => practice.id)).size
    // Each sandbox is dozens of patients with their records.
    assertRoom(limits, kind === 'sandbox' ? 'sandboxesOfAccount' : 'practicesOfAccount', {
      owned,
      advice: 'Use one of yours.',
    })
  }

  return async (app) => {
    app.post('/practices', async (request, reply) => {
      const { account } = getSignedIn(request)
      const { name } = parseInput(practiceForm, request.body)
      await assertRoomFor('practice', account.id)
      const practice = await admission.admit('practice', undefined, () =>
        practices.createForProvider(account, name),
      )
      return reply.code(201).send({ practice: toPracticeJson(practice) })
    })

    app.post('/sandboxes', async (request, reply) => {
      const { account } = getSignedIn(request)
      parseInput(noForm, request.body)
      await assertRoomFor('sandbox', account.id)
      const sandbox = await admission.admit('developer', undefined, () => practices.createSandbox(account))
      return reply.code(201).send({ practice: toPracticeJson(sandbox) })
    })
  }
}

function toPracticeJson({ id, name, kind }: Practice): PracticeAnswer {
  return { id, name, kind }
}
