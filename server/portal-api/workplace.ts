import {
  type Association,
  type Practices,
  type ReachingSignIn,
  reachesPanel,
} from '#server/practices/practices.ts'
import { OnpatientError } from '../errors.ts'

/**
 * The associations by which the person works at a practice. Everybody else gets the same `not-found` as for no practice. Throws `not-found`,
 * `second-step-required`.
 */
export async function getWork(
  practices: Pick<Practices, 'listReachable' | 'listWaiting'>,
  signIn: ReachingSignIn,
  practiceId: string,
): Promise<[Association, ...Association[]]> {
  const reachable = await practices.listReachable(signIn)
  const [first, ...others] = reachable.filter((each) => reachesPanel(each) && each.practice.id === practiceId)
  if (first) return [first, ...others]
  const waiting = await practices.listWaiting(signIn)
  if (waiting.some(({ id }) => id === practiceId))
    throw new OnpatientError(
      'second-step-required',
      'This practice asks its staff for a second step at sign-in. Set one up in Settings → Security.',
    )
  throw new OnpatientError('not-found', 'There is no such practice among yours.')
}
