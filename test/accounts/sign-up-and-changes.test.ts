import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ana, here, openAccounts, stranger } from './open-accounts.ts'

const signUp = { ...ana, intent: { kind: 'person' } as const, visitor: here }
const isCode = (code: string) => (error: { code?: string }) => error.code === code

test('a sign-up becomes an account when its link is redeemed, and the link works once', async () => {
  await using app = await openAccounts()
  await app.accounts.startSignUp({ ...signUp, intent: { kind: 'practice', practiceName: 'Elm' } })
  assert.equal(await app.accounts.findByEmail(ana.email), undefined)
  const token = app.findToken(ana.email)
  assert.deepEqual(await app.accounts.findSignUp(token), {
    email: ana.email,
    displayName: ana.displayName,
    intent: { kind: 'practice', practiceName: 'Elm' },
  })
  const finished = await app.accounts.finishSignUp(token, here)
  assert.deepEqual(finished.intent, { kind: 'practice', practiceName: 'Elm' })
  assert.ok(await app.accounts.findSignIn(finished.token))
  await assert.rejects(app.accounts.finishSignUp(token, here), isCode('link-invalid'))
  await app.accounts.signIn({ ...ana, visitor: here })
})

test('of two redemptions at the same time one succeeds', async () => {
  await using app = await openAccounts()
  await app.accounts.startSignUp(signUp)
  const token = app.findToken(ana.email)
  const both = await Promise.allSettled([1, 2].map(() => app.accounts.finishSignUp(token, here)))
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

test('a link is too old after a day', async () => {
  await using app = await openAccounts()
  await app.accounts.startSignUp(signUp)
  app.clock.forward(24 * 3600 + 1)
  assert.equal(await app.accounts.findSignUp(app.findToken(ana.email)), undefined)
  await assert.rejects(app.accounts.finishSignUp(app.findToken(ana.email), here), isCode('link-invalid'))
})

test('a known address is told by mail, and keeps its password', async () => {
  await using app = await openAccounts()
  await app.accounts.create(ana)
  await app.accounts.startSignUp({ ...signUp, password: 'another good one' })
  const [mail] = app.outbox.list()
  assert.equal(mail?.to, ana.email)
  assert.doesNotMatch(mail?.text ?? '', /token=/)
  await app.accounts.signIn({ ...ana, visitor: here })
})

test('mails carry nothing that a stranger typed', async () => {
  await using app = await openAccounts()
  await app.accounts.startSignUp({ ...signUp, displayName: 'Win at casino.example now' })
  assert.doesNotMatch(app.outbox.list()[0]?.text ?? '', /casino/)
})

test('weak passwords, bad addresses and invisible names are refused with the field', async () => {
  await using app = await openAccounts()
  const refusals: Array<[object, string]> = [
    [{ password: 'short' }, 'password'],
    [{ password: 'Password123' }, 'password'],
    [{ password: 'aaaaaaaaaaaa' }, 'password'],
    [{ password: ana.email }, 'password'],
    [{ password: 'x'.repeat(257) }, 'password'],
    [{ email: 'ana' }, 'email'],
    [{ email: 'ana@lima' }, 'email'],
    [{ email: 'ana@lima.example,eve@lima.example' }, 'email'],
    [{ email: 'ana@lima.example\r\nBcc: eve@lima.example' }, 'email'],
    [{ email: `${'a'.repeat(250)}@lima.example` }, 'email'],
    [{ displayName: ' ' }, 'displayName'],
    [{ displayName: 'Ana\u202eamiL' }, 'displayName'],
  ]
  for (const [change, field] of refusals)
    await assert.rejects(
      app.accounts.startSignUp({ ...signUp, ...change }),
      (error: { code?: string; field?: string }) =>
        error.code === 'invalid-parameter' && error.field === field,
      JSON.stringify(change),
    )
  assert.deepEqual(app.outbox.list(), [])
})

test('nobody can fill a mailbox through the forms', async () => {
  await using app = await openAccounts()
  await app.accounts.create(ana)
  let sent = 0
  for (let time = 0; time < 30; time++)
    await app.accounts
      .startPasswordReset(ana.email, { ...stranger, ip: `203.0.113.${time}` })
      .then(() => sent++)
      .catch((error) => assert.equal(error.code, 'too-many-requests'))
  assert.equal(sent, 5)
})

test('a reset ends every sign-in, every other link and every grant, and signs in', async () => {
  await using app = await openAccounts()
  const account = await app.accounts.create(ana)
  const old = await app.accounts.signIn({ ...ana, visitor: here })
  await app.accounts.startPasswordReset(ana.email, here)
  const first = app.findToken(ana.email)
  await app.accounts.startPasswordReset(ana.email, here)
  const second = app.findToken(ana.email)
  await assert.rejects(app.accounts.finishPasswordReset(second, 'short', here), isCode('invalid-parameter'))
  const fresh = await app.accounts.finishPasswordReset(second, 'five yellow kites', here)
  assert.ok(await app.accounts.findSignIn(fresh.token))
  assert.equal(await app.accounts.findSignIn(old.token), undefined)
  assert.deepEqual(app.changed, [account.id])
  for (const used of [first, second])
    await assert.rejects(
      app.accounts.finishPasswordReset(used, 'six yellow kites', here),
      isCode('link-invalid'),
    )
  await assert.rejects(app.accounts.signIn({ ...ana, visitor: here }), isCode('sign-in-failed'))
  await app.accounts.signIn({ ...ana, password: 'five yellow kites', visitor: here })
})

test('a reset for an unknown address sends nothing and says nothing', async () => {
  await using app = await openAccounts()
  await app.accounts.startPasswordReset('nobody@lima.example', here)
  assert.deepEqual(app.outbox.list(), [])
})

test('a link is good for its own purpose only', async () => {
  await using app = await openAccounts()
  await app.accounts.startSignUp(signUp)
  const token = app.findToken(ana.email)
  await assert.rejects(
    app.accounts.finishPasswordReset(token, 'five yellow kites', here),
    isCode('link-invalid'),
  )
  await assert.rejects(app.accounts.finishEmailChange(token), isCode('link-invalid'))
})

test('a password change asks for the present one, keeps this browser and ends the rest', async () => {
  await using app = await openAccounts()
  const account = await app.accounts.create(ana)
  const other = await app.accounts.signIn({ ...ana, visitor: here })
  const own = await app.accounts.signIn({ ...ana, visitor: here })
  const { signIn } = (await app.accounts.findSignIn(own.token)) ?? {}
  const change = (current: string, next: string) =>
    app.accounts.changePassword(account.id, current, next, signIn?.id ?? '')
  await assert.rejects(change('wrong one here', 'five yellow kites'), isCode('sign-in-failed'))
  await assert.rejects(change(ana.password, ana.password), isCode('invalid-parameter'))
  await change(ana.password, 'five yellow kites')
  assert.ok(await app.accounts.findSignIn(own.token))
  assert.equal(await app.accounts.findSignIn(other.token), undefined)
  assert.deepEqual(app.changed, [account.id])
  assert.match(app.outbox.list()[0]?.subject ?? '', /password was changed/)
})

test('a sign-in that begins with the old password in the moment of the change does not outlive it', async () => {
  await using world = await openAccounts()
  const { accounts } = world
  const { id } = await accounts.create(ana)
  const kept = await world.signIn(ana, here)
  const keptId = (await accounts.findSignIn(kept.token))?.signIn.id ?? ''
  world.clock.forward(1)
  let isChanged = false
  const changing = accounts.changePassword(id, ana.password, 'five quiet harbours', keptId).finally(() => {
    isChanged = true
  })
  async function signInUntilChanged(): Promise<void> {
    const form = { ...ana, visitor: stranger, knownDevice: kept.deviceToken }
    while (!isChanged)
      await accounts
        .signIn(form)
        .catch(({ code }) => assert.match(code, /^(sign-in-failed|too-many-requests)$/))
  }
  await Promise.all([changing, signInUntilChanged(), signInUntilChanged(), signInUntilChanged()])
  assert.deepEqual(
    (await accounts.listSignIns(id)).map((each) => each.id),
    [keptId],
  )
})

test('whoever sits at an open browser cannot guess the password there for long', async () => {
  await using app = await openAccounts()
  const account = await app.accounts.create(ana)
  const codes = new Set<string>()
  for (let guess = 0; guess < 15; guess++)
    await app.accounts
      .changePassword(account.id, `guess number ${guess}`, 'five yellow kites', '')
      .catch((error) => codes.add(error.code))
  assert.ok(codes.has('too-many-requests'))
})

test('a new address counts once its link was opened, and the old one is told', async () => {
  await using app = await openAccounts()
  const account = await app.accounts.create(ana)
  await app.accounts.startPasswordReset(ana.email, here)
  const oldMailbox = app.findToken(ana.email)
  await app.accounts.startEmailChange(account.id, ana.password, 'Ana@New.Example')
  assert.equal((await app.accounts.find(account.id))?.email, ana.email)
  assert.equal(app.outbox.list()[0]?.to, ana.email)
  const changed = await app.accounts.finishEmailChange(app.findToken('ana@new.example'))
  assert.equal(changed.email, 'ana@new.example')
  await assert.rejects(
    app.accounts.finishPasswordReset(oldMailbox, 'five yellow kites', here),
    isCode('link-invalid'),
    'who reads the old mailbox gets in no more',
  )
})

test('an address that another account has is not told to the one who asks', async () => {
  await using app = await openAccounts()
  const account = await app.accounts.create(ana)
  await app.accounts.create({ ...ana, email: 'eve@lima.example' })
  await app.accounts.startEmailChange(account.id, ana.password, 'eve@lima.example')
  const mail = app.outbox.list().find(({ to }) => to === 'eve@lima.example')
  assert.doesNotMatch(mail?.text ?? '', /token=/)
})

test('an address taken between asking and confirming stays with who has it', async () => {
  await using app = await openAccounts()
  const account = await app.accounts.create(ana)
  await app.accounts.startEmailChange(account.id, ana.password, 'eve@lima.example')
  const token = app.findToken('eve@lima.example')
  await app.accounts.create({ ...ana, email: 'eve@lima.example' })
  await assert.rejects(app.accounts.finishEmailChange(token), isCode('email-taken'))
  assert.equal((await app.accounts.find(account.id))?.email, ana.email)
})

test('no password, secret of a link or token stands in the database', async () => {
  await using app = await openAccounts()
  await app.accounts.startSignUp(signUp)
  const link = app.findToken(ana.email)
  const dump = async () => {
    const tables = ['account', 'sign_in', 'mail_link', 'throttle'] as const
    const rows = await Promise.all(
      tables.map((table) => app.store.db.selectFrom(table).selectAll().execute()),
    )
    return JSON.stringify(rows)
  }
  const before = await dump()
  const { token } = await app.accounts.finishSignUp(link, here)
  const after = await dump()
  for (const secret of [ana.password, link, token]) assert.ok(!`${before}${after}`.includes(secret))
  assert.match(after, /\$argon2id\$/)
})
