import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import { type LimitName, type Limits, sayLimit } from '../limits.ts'
import { hashSecret } from '../secrets.ts'
import type { Db } from '../store/store.ts'
import type { MailStops } from './mail-stops.ts'

const dayMs = 24 * 3600 * 1000

/** Counts the mails of a day that strangers can cause. The database has the counts, for all processes. */
export interface MailCounts {
  /** Counts a mail that somebody asked for in a form. Throws `too-many-requests`. */
  countAskedFor(address: string): Promise<void>
  /** Throws `mail-stopped`, or `too-many-requests` for the address or the practice. */
  countInvitation(practiceId: string, address: string): Promise<void>
}

interface MailCountsDeps {
  db: Db
  clock: Clock
  limits: Limits
  stops: Pick<MailStops, 'isStopped'>
}

export function createMailCounts({ db, clock, limits, stops }: MailCountsDeps): MailCounts {
  const now = () => clock.now().getTime()

  /** A day begins with the first mail. One statement decides, so that of many mails at once none gets past the limit. */
  async function count(name: LimitName, subject: string, most = limits[name]): Promise<void> {
    const key = `${name}:${hashSecret(subject)}`
    const counted = await db
      .insertInto('throttle')
      .values({ key, attempts: 1, blocked_until: 0, expires_at: now() + dayMs })
      .onConflict((conflict) =>
        conflict
          .column('key')
          .doUpdateSet((eb) => {
            const isOver = eb.or([
              eb('throttle.expires_at', '<=', now()),
              // The day began at a time that has not come yet, because the clock was wrong then.
              eb('throttle.expires_at', '>', now() + dayMs),
            ])
            const { attempts, expires_at } = {
              attempts: 'throttle.attempts',
              expires_at: 'throttle.expires_at',
            } as const
            return {
              attempts: eb
                .case()
                .when(isOver)
                .then(1)
                .else(eb(attempts, '+', 1))
                .end(),
              expires_at: eb
                .case()
                .when(isOver)
                .then(eb.cast<number>(eb.val(now() + dayMs), 'bigint'))
                .else(eb.ref(expires_at))
                .end(),
            }
          })
          .where((eb) =>
            eb.or([
              eb('throttle.attempts', '<', most),
              eb('throttle.expires_at', '<=', now()),
              eb('throttle.expires_at', '>', now() + dayMs),
            ]),
          ),
      )
      .returning('attempts')
      .executeTakeFirst()
    if (counted) return
    const row = await db.selectFrom('throttle').select('expires_at').where('key', '=', key).executeTakeFirst()
    const retryAfterSeconds = Math.max(60, Math.ceil(((row?.expires_at ?? now()) - now()) / 1000))
    const hours = Math.ceil(retryAfterSeconds / 3600)
    const words = `${sayLimit(limits, name)} Please wait ${hours === 1 ? 'an hour' : `${hours} hours`} and try again.`
    throw new OnpatientError('too-many-requests', words, { retryAfterSeconds, field: 'email' })
  }

  return {
    async countAskedFor(address) {
      // One mail a day still goes out, so that people who want no mails do not lose the way into their account.
      await count('mailsAskedFor', address, (await stops.isStopped(address)) ? 1 : limits.mailsAskedFor)
    },
    async countInvitation(practiceId, address) {
      if (await stops.isStopped(address))
        throw new OnpatientError(
          'mail-stopped',
          'The owner of this address wants no invitations by mail. They can allow them again by the link at the end of any earlier mail; or use another address.',
          { field: 'email' },
        )
      await count('invitationsToAddress', address)
      await count('invitationsOfPractice', practiceId)
    },
  }
}
