import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import { hashSecret, newSecret, type Random } from '../secrets.ts'
import type { MailLinkTable } from '../store/schema/accounts.ts'
import type { Db } from '../store/store.ts'

type Purpose = MailLinkTable['purpose']

const hour = 3600 * 1000

/** How long each link works. A reset link opens the account, so it has the shortest time. */
export const linkLifetimeMs = {
  'finish-sign-up': 24 * hour,
  'reset-password': hour,
  'change-email': 24 * hour,
} as const satisfies Record<Purpose, number>

export interface MailLink {
  accountId: string | undefined
  payload: unknown
}

/** Links that work once and prove that somebody reads the mails of an address. Only hashes of their secrets are stored. */
export interface MailLinks {
  /** Makes a link and returns its secret. Runs within the transaction that mails it. */
  create(tx: Db, purpose: Purpose, accountId: string | undefined, payload: unknown): Promise<string>
  /** Looks at a link without using it up. */
  find(purpose: Purpose, token: string): Promise<MailLink | undefined>
  /** Uses a link up. Runs within the caller's transaction. Throws `link-invalid`. */
  redeem(tx: Db, purpose: Purpose, token: string): Promise<MailLink>
  /** Ends every open link of an account, e.g. when its password or address has changed. */
  endAll(tx: Db, accountId: string): Promise<void>
}

interface MailLinksDeps {
  db: Db
  clock: Clock
  random: Random
}

export function createMailLinks({ db, clock, random }: MailLinksDeps): MailLinks {
  const now = () => clock.now().getTime()
  return {
    async create(tx, purpose, accountId, payload) {
      const token = newSecret('lnk', random)
      await tx
        .insertInto('mail_link')
        .values({
          token_hash: hashSecret(token),
          purpose,
          account_id: accountId ?? null,
          payload: JSON.stringify(payload),
          created_at: now(),
          expires_at: now() + linkLifetimeMs[purpose],
          used_at: null,
        })
        .execute()
      return token
    },
    async find(purpose, token) {
      const row = await db
        .selectFrom('mail_link')
        .select(['account_id', 'payload'])
        .where('token_hash', '=', hashSecret(token))
        .where('purpose', '=', purpose)
        .where('used_at', 'is', null)
        .where('expires_at', '>', now())
        .executeTakeFirst()
      return row && toMailLink(row)
    },
    async redeem(tx, purpose, token) {
      const row = await tx
        .updateTable('mail_link')
        .set({ used_at: now() })
        .where('token_hash', '=', hashSecret(token))
        .where('purpose', '=', purpose)
        .where('used_at', 'is', null)
        .where('expires_at', '>', now())
        .returning(['account_id', 'payload'])
        .executeTakeFirst()
      if (!row) throw linkInvalid()
      return toMailLink(row)
    },
    async endAll(tx, accountId) {
      await tx
        .updateTable('mail_link')
        .set({ used_at: now() })
        .where('account_id', '=', accountId)
        .where('used_at', 'is', null)
        .execute()
    },
  }
}

export function linkInvalid(): OnpatientError {
  return new OnpatientError(
    'link-invalid',
    'This link was used before, is too old or incomplete. Ask for a new one.',
  )
}

function toMailLink(row: Pick<MailLinkTable, 'account_id' | 'payload'>): MailLink {
  return { accountId: row.account_id ?? undefined, payload: JSON.parse(row.payload) }
}
