import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashSecret } from '#server/secrets.ts'
import { ana, here, openAccounts, stranger } from './open-accounts.ts'

const { password, ...person } = ana
const signUp = { ...person, intent: { kind: 'person' } as const, visitor: here }
const isCode = (code: string) => (error: { code?: string }) => error.code === code

test('a sign-up becomes an account when its link is redeemed, and the link works once', async () => {
  await using app = await openAccounts()
  await app.accounts.startSignUp({ ...signUp, intent: { kind: 'practice', practiceName: 'Elm' } })
  assert.equal(await app.accounts.findByEmail(ana.email), undefined)
  const token = await app.findToken(ana.email)
  assert.deepEqual(await app.accounts.findSignUp(token), {
    email: ana.email,
    displayName: ana.displayName,
    intent: { kind: 'practice', practiceName: 'Elm' },
  })
  const finished = await app.accounts.finishSignUp(token, password, here)
  assert.deepEqual(finished.intent, { kind: 'practice', practiceName: 'Elm' })
  assert.ok(await app.accounts.findSignIn(finished.token))
  await assert.rejects(app.accounts.finishSignUp(token, password, here), isCode('link-invalid'))
  await app.accounts.signIn({ ...ana, visitor: here })
})

test('of two redemptions at the same time one succeeds', async () => {
  await using app = await openAccounts()
  await app.accounts.startSignUp(signUp)
  const token = await app.findToken(ana.email)
  const both = await Promise.allSettled([1, 2].map(() => app.accounts.finishSignUp(token, password, here)))
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

test('a link is too old after a day', async () => {
  await using app = await openAccounts()
  await app.accounts.startSignUp(signUp)
  app.clock.forward(24 * 3600 + 1)
  assert.equal(await app.accounts.findSignUp(await app.findToken(ana.email)), undefined)
  await assert.rejects(
    app.accounts.finishSignUp(await app.findToken(ana.email), password, here),
    isCode('link-invalid'),
  )
})

test('a known address is reported by mail, and keeps its password', async () => {
  await using app = await openAccounts()
  await app.accounts.create(ana)
  await app.accounts.startSignUp(signUp)
  const [mail] = await app.outbox.list()
  assert.equal(mail?.to, ana.email)
  assert.doesNotMatch(mail?.text ?? '', /token=/)
  await app.accounts.signIn({ ...ana, visitor: here })
})

test('mails carry nothing that a stranger typed', async () => {
  await using app = await openAccounts()
  await app.accounts.startSignUp({ ...signUp, displayName: 'Win at casino.example now' })
  assert.doesNotMatch((await app.outbox.list())[0]?.text ?? '', /casino/)
})

test('bad addresses and invisible names are refused with the field, and weak passwords behind the link', async () => {
  await using app = await openAccounts()
  const isRefused = (field: string) => (error: { code?: string; field?: string }) =>
    error.code === 'invalid-parameter' && error.field === field
  const refusals: Array<[object, string]> = [
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
      isRefused(field),
      JSON.stringify(change),
    )
  assert.deepEqual(await app.outbox.list(), [])
  await app.accounts.startSignUp(signUp)
  const token = await app.findToken(ana.email)
  for (const weak of ['short', 'Password123', 'aaaaaaaaaaaa', ana.email, 'x'.repeat(257)])
    await assert.rejects(app.accounts.finishSignUp(token, weak, here), isRefused('password'), weak)
  assert.ok(await app.accounts.finishSignUp(token, password, here), 'the link is not used up')
})

test('no password that was chosen before the address was proved opens the account', async () => {
  await using app = await openAccounts()
  // As an earlier version kept it: the one who typed the form chose it, with the address of somebody else.
  const early = {
    ...person,
    password: 'chosen by a stranger',
    passwordHash: '$argon2id$v=19$m=64,t=1,p=1$c2FsdA$x',
  }
  await app.accounts.startSignUp({ ...signUp, ...early } as typeof signUp)
  const token = await app.findToken(ana.email)
  await app.store.db
    .updateTable('mail_link')
    .set({ payload: JSON.stringify({ ...early, intent: { kind: 'person' } }) })
    .execute()
  await app.accounts.finishSignUp(token, password, here)
  await assert.rejects(
    app.accounts.signIn({ ...ana, password: early.password, visitor: stranger }),
    isCode('sign-in-failed'),
  )
  await app.signIn(ana, here)
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
  const first = await app.findToken(ana.email)
  await app.accounts.startPasswordReset(ana.email, here)
  const second = await app.findToken(ana.email)
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
  assert.deepEqual(await app.outbox.list(), [])
})

test('a link is good for its own purpose only', async () => {
  await using app = await openAccounts()
  await app.accounts.startSignUp(signUp)
  const token = await app.findToken(ana.email)
  await assert.rejects(
    app.accounts.finishPasswordReset(token, 'five yellow kites', here),
    isCode('link-invalid'),
  )
  assert.equal(await app.accounts.findEmailChange(token), undefined)
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
  assert.match((await app.outbox.list())[0]?.subject ?? '', /password was changed/)
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

async function signedInAs(app: Awaited<ReturnType<typeof openAccounts>>, email = ana.email) {
  const started = await app.signIn({ ...ana, email }, here)
  const found = await app.accounts.findSignIn(started.token)
  assert.ok(found)
  return { ...started, signIn: found.signIn }
}

test('a new address counts once its link was opened by the account; it ends every sign-in and known browser', async () => {
  await using app = await openAccounts()
  const account = await app.accounts.create(ana)
  const own = await signedInAs(app)
  const other = await signedInAs(app)
  await app.accounts.startPasswordReset(ana.email, here)
  const oldMailbox = await app.findToken(ana.email)
  await app.accounts.startEmailChange(account.id, ana.password, 'Ana@New.Example')
  assert.equal((await app.accounts.find(account.id))?.email, ana.email)
  assert.equal((await app.outbox.list())[0]?.to, ana.email)
  const link = await app.findToken('ana@new.example')
  const fresh = await app.accounts.finishEmailChange(link, own.signIn, here)
  assert.equal(fresh.account.email, 'ana@new.example')
  assert.deepEqual(
    [(await app.outbox.list())[0]?.to, (await app.outbox.list())[0]?.subject],
    [ana.email, 'The e-mail address of your onpatient account was changed'],
  )
  for (const { token } of [own, other]) assert.equal(await app.accounts.findSignIn(token), undefined)
  assert.ok(await app.accounts.findSignIn(fresh.token))
  assert.deepEqual(await marksOf(app, account.id), [hashSecret(fresh.deviceToken)])
  await assert.rejects(
    app.accounts.finishPasswordReset(oldMailbox, 'five yellow kites', here),
    isCode('link-invalid'),
    'who reads the old mailbox gets in no more',
  )
})

test('who has the mail alone is not joined to an account that another one keeps the password of', async () => {
  await using app = await openAccounts()
  const eve = await app.accounts.create({ ...ana, email: 'eve@lima.example' })
  await app.accounts.startEmailChange(eve.id, ana.password, 'victim@lima.example')
  const link = await app.findToken('victim@lima.example')
  await app.accounts.create(ana)
  const victim = await signedInAs(app)
  await assert.rejects(app.accounts.finishEmailChange(link, victim.signIn, here), isCode('link-invalid'))
  assert.equal((await app.accounts.find(eve.id))?.email, 'eve@lima.example')
  assert.ok(await app.accounts.findSignIn(victim.token))
})

function marksOf({ store }: Awaited<ReturnType<typeof openAccounts>>, accountId: string): Promise<string[]> {
  return store.db
    .selectFrom('known_device')
    .select('mark_hash')
    .where('account_id', '=', accountId)
    .execute()
    .then((rows) => rows.map(({ mark_hash }) => mark_hash))
}

test('a known browser is a random value, kept as its hash, and ends with a new password and signing out everywhere', async () => {
  for (const end of ['change', 'reset', 'everywhere'] as const) {
    await using app = await openAccounts()
    const { id } = await app.accounts.create(ana)
    const { deviceToken, signIn } = await signedInAs(app)
    assert.match(deviceToken, /^dev_[\w-]{43}$/)
    assert.ok(!deviceToken.includes(id))
    assert.deepEqual(await marksOf(app, id), [hashSecret(deviceToken)])
    if (end === 'change') await app.accounts.changePassword(id, ana.password, 'five yellow kites', signIn.id)
    if (end === 'everywhere') await app.accounts.endOtherSignIns(id, signIn.id)
    if (end === 'reset') {
      await app.accounts.startPasswordReset(ana.email, here)
      await app.accounts.finishPasswordReset(await app.findToken(ana.email), 'five yellow kites', here)
    }
    assert.ok(!(await marksOf(app, id)).includes(hashSecret(deviceToken)), end)
    // It counts as a stranger's from now on: five guesses from one network, and no ten beside them.
    const codes: unknown[] = []
    for (let guess = 0; guess < 7; guess++)
      await app.accounts
        .signIn({ ...ana, password: `guess number ${guess}`, visitor: stranger, knownDevice: deviceToken })
        .catch(({ code }) => codes.push(code))
    assert.deepEqual(codes.slice(4), ['sign-in-failed', 'too-many-requests', 'too-many-requests'], end)
  }
})

test('the guesses of all known browsers of an account count together, at the password and at the codes', async () => {
  await using app = await openAccounts()
  await app.accounts.create(ana)
  const marks: string[] = []
  for (let browser = 0; browser < 4; browser++) marks.push((await app.signIn(ana, here)).deviceToken)
  const codes: unknown[] = []
  for (let guess = 0; guess < 16; guess++)
    await app.accounts
      .signIn({ ...ana, password: `guess ${guess}!`, visitor: stranger, knownDevice: marks[guess % 4] })
      .catch(({ code }) => codes.push(code))
  assert.deepEqual(
    codes.map((code) => code === 'sign-in-failed'),
    codes.map((_code, index) => index < 10),
  )
})

test('known browsers of an account have a bound, and are swept when they are old', async () => {
  await using app = await openAccounts()
  const { id } = await app.accounts.create(ana)
  for (let time = 0; time < 25; time++) {
    await app.signIn(ana, here)
    app.clock.forward(1)
  }
  assert.equal((await marksOf(app, id)).length, 20)
  app.clock.forward(401 * 24 * 3600)
  await app.accounts.sweep()
  assert.deepEqual(await marksOf(app, id), [])
})

test('an address that another account has is not revealed', async () => {
  await using app = await openAccounts()
  const account = await app.accounts.create(ana)
  await app.accounts.create({ ...ana, email: 'eve@lima.example' })
  await app.accounts.startEmailChange(account.id, ana.password, 'eve@lima.example')
  const mail = (await app.outbox.list()).find(({ to }) => to === 'eve@lima.example')
  assert.doesNotMatch(mail?.text ?? '', /token=/)
})

test('an address taken between asking and confirming stays with who has it', async () => {
  await using app = await openAccounts()
  const account = await app.accounts.create(ana)
  await app.accounts.startEmailChange(account.id, ana.password, 'eve@lima.example')
  const token = await app.findToken('eve@lima.example')
  const { signIn } = await signedInAs(app)
  await app.accounts.create({ ...ana, email: 'eve@lima.example' })
  await assert.rejects(app.accounts.finishEmailChange(token, signIn, here), isCode('email-taken'))
  assert.equal((await app.accounts.find(account.id))?.email, ana.email)
})

test('no password, secret of a link or token stands in the database', async () => {
  await using app = await openAccounts()
  await app.accounts.startSignUp(signUp)
  const link = await app.findToken(ana.email)
  const dump = async () => {
    const tables = ['account', 'sign_in', 'mail_link', 'throttle'] as const
    const rows = await Promise.all(
      tables.map((table) => app.store.db.selectFrom(table).selectAll().execute()),
    )
    return JSON.stringify(rows)
  }
  const before = await dump()
  const { token } = await app.accounts.finishSignUp(link, password, here)
  const after = await dump()
  for (const secret of [ana.password, link, token]) assert.ok(!`${before}${after}`.includes(secret))
  assert.match(after, /\$argon2id\$/)
})
