import type { FastifyRequest } from 'fastify'
import type { RecordReader } from '#server/access/access.ts'
import type { Account } from '#server/accounts/accounts.ts'
import type { Practice } from '#server/practices/practices.ts'
import { getSignedIn } from '../http/browser.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'
import { getWork } from './workplace.ts'

/** A practice as one of its people has opened it. */
export interface Desk {
  account: Account
  practice: Practice
  isProvider: boolean
  /** Reads the records of this practice alone. */
  reader: RecordReader
}

/** Opens the desk of a practice for its providers and staff. Throws `not-found`, `second-step-required`. */
export async function openDesk(
  { practices, access }: Pick<PortalApiDeps, 'practices' | 'access'>,
  request: FastifyRequest,
  practiceId: string,
): Promise<Desk> {
  const { account, signIn } = getSignedIn(request)
  const work = await getWork(practices, signIn, practiceId)
  const [{ practice }] = work
  const isProvider = work.some(({ role }) => role === 'provider')
  return { account, practice, isProvider, reader: await access.openForAccount(signIn, { practiceId }) }
}
