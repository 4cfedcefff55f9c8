import { createAccounts, type NewSignIn, type Visitor } from '#server/accounts/accounts.ts'
import { systemRandom } from '#server/secrets.ts'
import type { Db } from '#server/store/store.ts'
import { usualLimits } from '../support/mail-counts.ts'
import { openOutbox } from '../support/open-outbox.ts'
import { startClock } from '../support/start-app.ts'
import { openTestStore } from '../support/test-store.ts'

const portalUrl = 'http://localhost:8000'

export const here = { ip: '192.0.2.10', userAgent: 'Firefox' }
export const stranger = { ip: '198.51.100.7', userAgent: 'curl' }
export const ana = { email: 'ana@lima.example', password: 'three green ladders', displayName: 'Ana Lima' }

/** Accounts on a database of their own, with a clock to move and an outbox to look into. */
export async function openAccounts() {
  const store = await openTestStore()
  const clock = startClock()
  const outbox = openOutbox(store.db, clock)
  const changed: string[] = []
  const deps = {
    db: store.db,
    clock,
    random: systemRandom,
    mailer: outbox,
    ...usualLimits(store.db, clock),
    portalUrl,
    factorKey: 'f'.repeat(43),
    endGrants: async (_tx: Db, id: string) => void changed.push(id),
    onPasswordChanged: () => undefined,
    endWhatItHas: async () => undefined,
    onClosed: async () => undefined,
    passwordCost: { memoryKib: 64, passes: 1 },
  }
  const accounts = createAccounts(deps)
  return {
    accounts,
    /** The same accounts, after a restart with another FACTOR_KEY. */
    withFactorKey: (factorKey: string) => createAccounts({ ...deps, factorKey }),
    store,
    clock,
    outbox,
    /** Accounts whose grants were to be ended. */
    changed,
    /** A sign-in that needs no second step. */
    async signIn(form: { email: string; password: string }, visitor: Visitor): Promise<NewSignIn> {
      const outcome = await accounts.signIn({ ...form, visitor })
      if (outcome.kind !== 'signed-in') throw new Error('a second step is needed')
      return outcome
    },
    /** The secret in the newest mail to an address. */
    async findToken(to: string): Promise<string> {
      const mail = (await outbox.list()).find((sent) => sent.to === to)
      const [, token] = mail?.text.match(/\?token=(\S+)/) ?? []
      if (!token) throw new Error(`no mail with a link went to ${to}`)
      return token
    },
    [Symbol.asyncDispose]: () => store.close(),
  }
}
