import { domainToUnicode } from 'node:url'
import { normalizeAddress } from '../addresses.ts'
import type { Clock } from '../clock.ts'
import type { Seals } from '../seal.ts'
import { hashSecret } from '../secrets.ts'
import type { Db } from '../store/store.ts'
import type { Mailer } from './mailer.ts'

/** Addresses whose owners want no invitations, and the links in mails by which they stop them. */
export interface MailStops {
  /** Links for people, and for mail programs (RFC 8058). */
  linksFor(address: string): { page: string; oneClick: string }
  /** The address of a link; undefined when the link is damaged or of another server. */
  findAddress(token: string): string | undefined
  stop(address: string): Promise<void>
  allow(address: string): Promise<void>
  isStopped(address: string): Promise<boolean>
}

interface MailStopsDeps {
  db: Db
  clock: Clock
  seals: Seals
  portalUrl: string
}

const binding = 'stop'

/** The link has the sealed address. So it works for ever, and nothing is stored before somebody uses it. */
export function createMailStops({ db, clock, seals, portalUrl }: MailStopsDeps): MailStops {
  return {
    linksFor(address) {
      const token = seals.seal(Buffer.from(address), binding)
      return {
        page: `${portalUrl}/mail/stop?token=${token}`,
        oneClick: `${portalUrl}/mail/stop/one-click?token=${token}`,
      }
    },
    findAddress(token) {
      const address = seals.open(token, binding)?.toString('utf8')
      // A link from before addresses had one form also works for ever.
      return address === undefined ? undefined : normalizeAddress(address)
    },
    async stop(address) {
      await db
        .insertInto('mail_stop')
        .values({ address_hash: hashSecret(address), stopped_at: clock.now().getTime() })
        .onConflict((conflict) => conflict.column('address_hash').doNothing())
        .execute()
    },
    async allow(address) {
      await db.deleteFrom('mail_stop').where('address_hash', 'in', hashesOf(address)).execute()
    },
    async isStopped(address) {
      // uses the primary key
      const row = await db
        .selectFrom('mail_stop')
        .select('address_hash')
        .where('address_hash', 'in', hashesOf(address))
        .executeTakeFirst()
      return row !== undefined
    },
  }
}

/** The second hash finds stops from before domains were stored in ASCII. For most addresses both are the same. */
function hashesOf(address: string): string[] {
  const at = address.lastIndexOf('@') + 1
  const inLetters = address.slice(0, at) + domainToUnicode(address.slice(at))
  return [hashSecret(address), hashSecret(inLetters)]
}

/** Adds links for stopping such mails to each mail that strangers can cause. */
export function withStopLinks<Through extends Mailer>(mailer: Through, stops: MailStops): Through {
  return {
    ...mailer,
    send: (mail, tx) =>
      mailer.send(mail.isStoppable ? { ...mail, unsubscribe: stops.linksFor(mail.to) } : mail, tx),
  }
}
