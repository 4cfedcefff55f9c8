import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMailStops } from '#server/mail/mail.ts'
import { createSeals } from '#server/seal.ts'
import { hashSecret, systemRandom } from '#server/secrets.ts'
import { normalizeAddresses } from '#server/store/migrations/0027-accounts.ts'
import { ana, here, openAccounts } from './open-accounts.ts'

const isCode = (code: string) => (error: { code?: string }) => error.code === code
const composed = 'jos\u00e9@bücher.example'
const decomposed = 'JOSE\u0301@BU\u0308CHER.example'
const kept = 'jos\u00e9@xn--bcher-kva.example'

test('an address is one account, in whatever way it is written', async () => {
  await using app = await openAccounts()
  const { accounts } = app
  const account = await accounts.create({ ...ana, email: composed })
  assert.equal(account.email, kept)
  for (const email of [composed, decomposed, kept, kept.toUpperCase()]) {
    assert.equal((await accounts.findByEmail(email))?.id, account.id, email)
    assert.equal((await app.signIn({ ...ana, email }, here)).account.id, account.id)
    await assert.rejects(accounts.create({ ...ana, email }), isCode('email-taken'))
    const intent = { kind: 'person' } as const
    await accounts.startSignUp({ email, displayName: 'José', intent, visitor: here })
    assert.match((await app.outbox.list())[0]?.text ?? '', /has an account already/)
    app.clock.forward(24 * 3600)
  }
  await accounts.startPasswordReset(decomposed, here)
  await accounts.finishPasswordReset(await app.findToken(kept), 'another long enough one', here)
  const eve = await accounts.create({ ...ana, email: 'eve@lima.example' })
  await accounts.startEmailChange(eve.id, ana.password, decomposed)
  const [, toNew] = await app.outbox.list()
  assert.match(toNew?.text ?? '', /address can belong to one\s+account only/)
  await assert.rejects(
    accounts.startEmailChange(account.id, 'another long enough one', decomposed),
    /your address already/,
  )
  await assert.rejects(accounts.create({ ...ana, email: 'a..b@example.com' }), isCode('invalid-parameter'))
})

/** Accounts as an earlier version kept them, the first one the oldest. */
async function openWithStored(...emails: string[]) {
  const app = await openAccounts()
  const stored: Array<{ id: string; email: string; password: string }> = []
  for (const [at, email] of emails.entries()) {
    const password = `long enough password ${at}`
    const { id } = await app.accounts.create({ ...ana, password, email: `p${at}@lima.example` })
    await app.store.db
      .updateTable('account')
      .set({ email, created_at: 1000 + at })
      .where('id', '=', id)
      .execute()
    stored.push({ id, email, password })
  }
  return { ...app, stored, normalize: () => normalizeAddresses(app.store.db as never) }
}

test('stored addresses get the one form, with invitations, links and stops; one that is none stays', async () => {
  await using app = await openWithStored('jose\u0301@bücher.example', 'a..b@lima.example', ana.email)
  const { db } = app.store
  const link = (token_hash: string, payload: object, used_at: number | null = null) => ({
    ...{ token_hash, purpose: 'finish-sign-up' as const, account_id: null, payload: JSON.stringify(payload) },
    ...{ created_at: 1, expires_at: 9e12, used_at },
  })
  await db
    .insertInto('mail_link')
    .values([link('open', { email: composed, x: 1 }), link('used', { email: composed }, 7)])
    .execute()
  const stop = { address_hash: hashSecret('jose\u0301@bücher.example'), stopped_at: 5 }
  await db
    .insertInto('mail_stop')
    .values([stop, { ...stop, address_hash: hashSecret('eva@bücher.example') }])
    .execute()
  await app.normalize()
  await app.normalize()
  const emails = await db.selectFrom('account').select('email').orderBy('created_at').execute()
  assert.deepEqual(
    emails.map(({ email }) => email),
    [kept, 'a..b@lima.example', ana.email],
  )
  for (const { id, email, password } of app.stored)
    assert.equal((await app.signIn({ email, password }, here)).account.id, id, 'nobody is locked out')
  const links = await db.selectFrom('mail_link').select('payload').orderBy('token_hash').execute()
  assert.deepEqual(
    links.map(({ payload }) => JSON.parse(payload)),
    [{ email: kept, x: 1 }, { email: composed }],
  )
  const { clock } = app
  const seals = createSeals('k'.repeat(43), 'test', systemRandom)
  const stops = createMailStops({ db, clock, seals, portalUrl: 'http://localhost' })
  assert.deepEqual(await Promise.all([kept, 'eva@xn--bcher-kva.example', ana.email].map(stops.isStopped)), [
    true,
    true,
    false,
  ])
})

test('of two stored accounts with one address the older gets it, and the other goes on under its own text', async () => {
  await using app = await openWithStored('ana@bücher.example', 'ana@bu\u0308cher.example')
  await app.normalize()
  const [older, younger] = app.stored
  assert.ok(older && younger)
  const address = 'ana@xn--bcher-kva.example'
  assert.equal((await app.accounts.find(older.id))?.email, address)
  assert.equal((await app.accounts.find(younger.id))?.email, 'ana@bu\u0308cher.example')
  assert.equal((await app.accounts.findByEmail(address))?.id, older.id)
  const shared = { id: younger.id, email: 'ana@bu\u0308cher.example' }
  assert.deepEqual(await app.accounts.findShared(), [shared], 'reported to the operator')
  for (const { id, email, password } of app.stored)
    assert.equal((await app.signIn({ email, password }, here)).account.id, id)
  await assert.rejects(
    app.signIn({ email: address, password: younger.password }, here),
    isCode('sign-in-failed'),
  )
})

test('a younger account that had the very text of the address shares it, and both passwords and links work', async () => {
  await using app = await openWithStored('ana@bücher.example', 'ana@xn--bcher-kva.example')
  await app.normalize()
  await app.normalize()
  const [older, younger] = app.stored
  assert.ok(older && younger)
  assert.equal((await app.accounts.find(older.id))?.email, younger.email)
  assert.equal((await app.accounts.find(younger.id))?.email, 'ana@XN--BCHER-KVA.EXAMPLE')
  for (const { id, password } of app.stored)
    assert.equal((await app.signIn({ email: younger.email, password }, here)).account.id, id)
  await app.accounts.startPasswordReset(younger.email, here)
  const tokens = (await app.outbox.list()).map(({ text }) => /token=(\S+)/.exec(text)?.[1] ?? '')
  const found = await Promise.all(tokens.map((token) => app.accounts.findPasswordReset(token)))
  assert.deepEqual(found.map((each) => each?.email).sort(), ['ana@XN--BCHER-KVA.EXAMPLE', younger.email])
  await app.accounts.startEmailChange(younger.id, younger.password, 'ana@lima.example')
  const moved = await app.signIn({ email: younger.email, password: younger.password }, here)
  const { signIn } = (await app.accounts.findSignIn(moved.token)) ?? {}
  assert.ok(signIn)
  const after = await app.accounts.finishEmailChange(await app.findToken('ana@lima.example'), signIn, here)
  assert.deepEqual([after.account.id, after.account.email], [younger.id, 'ana@lima.example'])
})
