import type { Mailer } from '#server/mail/mail.ts'
import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import { hashSecret, newSecret, type Random } from '../secrets.ts'
import type { Db } from '../store/store.ts'

/** What a new person opens: a practice, or a sandbox to develop with. */
export type Opening = 'practice' | 'developer'

/** Everybody may open one, only people with an invitation of the operator, or nobody. */
export type SignUpRule = 'open' | 'invitation' | 'closed'

export interface SignUpInvitation {
  /** Its key in the database. The key opens nothing. */
  id: string
  email: string | undefined
}

/** Decides who may open a practice or a sandbox. Everybody may have an account without either. */
export interface Admission {
  /** The rule for somebody without an invitation. The first practice of a database needs no invitation. */
  ruleOf(opening: Opening): Promise<SignUpRule>
  /** Makes a link for one sign-up, and mails it when there is an address. Throws `not-allowed` when this opening is closed. */
  invite(opening: Opening, form: { email?: string; days: number }): Promise<{ link: string; expiresAt: Date }>
  /** The invitation behind a link; undefined when it is used, expired or for another opening. */
  find(opening: Opening, token: string): Promise<SignUpInvitation | undefined>
  /** Does the work when it is allowed, and uses the invitation up. Throws `not-allowed`. */
  admit<Result>(
    opening: Opening,
    invitationId: string | undefined,
    work: () => Promise<Result>,
  ): Promise<Result>
  /** Deletes invitations that have expired. */
  sweep(): Promise<void>
}

interface AdmissionDeps {
  db: Db
  clock: Clock
  random: Random
  mailer: Mailer
  portalUrl: string
  rules: Readonly<Record<Opening, SignUpRule>>
}

const dayMs = 24 * 3600 * 1000

export function createAdmission({ db, clock, random, mailer, portalUrl, rules }: AdmissionDeps): Admission {
  const now = () => clock.now().getTime()

  const openInvitation = (opening: Opening, id: string) =>
    db
      .selectFrom('sign_up_invitation')
      .selectAll()
      .where('token_hash', '=', id)
      .where('kind', '=', opening)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now())
      .executeTakeFirst()

  async function ruleOf(opening: Opening): Promise<SignUpRule> {
    const rule = rules[opening]
    if (rule !== 'invitation' || opening !== 'practice') return rule
    const first = await db
      .selectFrom('practice')
      .select('id')
      .where('kind', '=', 'practice')
      .limit(1)
      .execute()
    return first.length === 0 ? 'open' : rule
  }

  /** One statement decides, so that one of two people with the same invitation at once is let in. */
  async function take(opening: Opening, id: string): Promise<boolean> {
    const taken = await db
      .updateTable('sign_up_invitation')
      .set({ used_at: now() })
      .where('token_hash', '=', id)
      .where('kind', '=', opening)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now())
      .returning('token_hash')
      .executeTakeFirst()
    return taken !== undefined
  }

  const giveBack = (id: string) =>
    db.updateTable('sign_up_invitation').set({ used_at: null }).where('token_hash', '=', id).execute()

  return {
    ruleOf,
    async invite(opening, { email, days }) {
      if (rules[opening] === 'closed')
        throw new OnpatientError('not-allowed', `${closedWords[opening]} Change the setting first.`)
      const token = newSecret('lnk', random)
      const link = `${portalUrl}/signup/${opening}?invitation=${token}`
      const expires_at = now() + days * dayMs
      await db.transaction().execute(async (tx) => {
        await tx
          .insertInto('sign_up_invitation')
          .values({
            token_hash: hashSecret(token),
            kind: opening,
            email: email ?? null,
            created_at: now(),
            expires_at,
            used_at: null,
          })
          .execute()
        if (email !== undefined) await mailer.send(invitationMail(opening, email, { link, days }), tx)
      })
      return { link, expiresAt: new Date(expires_at) }
    },
    async find(opening, token) {
      const row = await openInvitation(opening, hashSecret(token))
      return row && { id: row.token_hash, email: row.email ?? undefined }
    },
    async admit(opening, invitationId, work) {
      if ((await ruleOf(opening)) === 'open') return work()
      if (rules[opening] === 'closed' || invitationId === undefined || !(await take(opening, invitationId)))
        throw new OnpatientError(
          'not-allowed',
          rules[opening] === 'closed' ? closedWords[opening] : invitationWords[opening],
        )
      try {
        return await work()
      } catch (error) {
        await giveBack(invitationId)
        throw error
      }
    },
    async sweep() {
      await db.deleteFrom('sign_up_invitation').where('expires_at', '<=', now()).execute()
    },
  }
}

export const closedWords = {
  practice: 'No new practices are taken in here.',
  developer: 'No new sandboxes are made here.',
} as const satisfies Record<Opening, string>

export const invitationWords = {
  practice:
    'A new practice needs an invitation of whoever runs this server. If you had one, it was used before or is too old: ask for another.',
  developer:
    'A new sandbox needs an invitation of whoever runs this server. If you had one, it was used before or is too old: ask for another.',
} as const satisfies Record<Opening, string>

function invitationMail(opening: Opening, to: string, { link, days }: { link: string; days: number }) {
  const what =
    opening === 'practice' ? 'open your practice on onpatient' : 'develop with a sandbox of onpatient'
  return {
    to,
    isStoppable: true as const,
    findsRoom: true as const,
    usefulForMs: days * dayMs,
    subject: 'An invitation to onpatient',
    text: `Hello,

whoever runs this server invites you to ${what}. Open this link to begin:
${link}

It works once, within ${days === 1 ? 'a day' : `${days} days`}. If you did not expect this mail, ignore it.
`,
  }
}
