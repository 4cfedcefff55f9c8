import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PendingSignIn } from '#server/accounts/accounts.ts'
import { codeOf } from '../support/authenticator-app.ts'
import { ana, here, openAccounts, stranger } from './open-accounts.ts'

const isCode = (code: string) => (error: { code?: string }) => error.code === code

type App = Awaited<ReturnType<typeof openAccounts>>

/** An account with a confirmed authenticator app, and what it needs to sign in. */
async function withApp(app: App, form = ana) {
  const account = await app.accounts.create(form)
  const { token, deviceToken } = await app.signIn(form, here)
  const opened = await app.accounts.findSignIn(token)
  if (!opened) throw new Error('not signed in')
  const { text } = await app.accounts.factors.startAuthenticatorApp(account, opened.signIn)
  const code = codeOf(text, app.clock.now())
  const codes = await app.accounts.factors.confirmAuthenticatorApp(account, opened.signIn, code)
  // The code of the enrolment counts as used.
  app.clock.forward(60)
  return { account, secret: text, codes: codes ?? [], token, deviceToken }
}

async function startPending(app: App, form = ana): Promise<PendingSignIn> {
  const outcome = await app.accounts.signIn({ ...form, visitor: here })
  if (outcome.kind !== 'pending') throw new Error('signed in without a second step')
  return outcome
}

const pass = (app: App, { token }: PendingSignIn, code: string) =>
  app.accounts.secondStep.passWithCode({ pendingToken: token, code, visitor: here })

test('the app counts only after a right code; from then on the password alone signs nobody in', async () => {
  await using app = await openAccounts()
  const account = await app.accounts.create(ana)
  const { token } = await app.signIn(ana, here)
  const signIn = (await app.accounts.findSignIn(token))?.signIn
  assert.ok(signIn)
  const { text, uri } = await app.accounts.factors.startAuthenticatorApp(account, signIn)
  assert.match(
    uri,
    new RegExp(`^otpauth://totp/onpatient:ana%40lima.example\\?issuer=onpatient&secret=${text}`),
  )
  await assert.rejects(
    app.accounts.factors.confirmAuthenticatorApp(account, signIn, '000000'),
    isCode('code-refused'),
  )
  await app.signIn(ana, here)
  assert.equal(await app.accounts.factors.has(account.id), false)
  const codes = await app.accounts.factors.confirmAuthenticatorApp(
    account,
    signIn,
    codeOf(text, app.clock.now()),
  )
  assert.equal(new Set(codes).size, 10)
  assert.equal((await app.accounts.signIn({ ...ana, visitor: here })).kind, 'pending')
  assert.equal((await app.outbox.list())[0]?.to, ana.email)
  assert.match(
    (await app.outbox.list())[0]?.text ?? '',
    /an authenticator app was set up for your onpatient account/,
  )
})

test('the first factor ends every other sign-in and makes its own a sign-in of two steps', async () => {
  await using app = await openAccounts()
  const account = await app.accounts.create(ana)
  const other = await app.signIn(ana, stranger)
  const own = await app.signIn(ana, here)
  const signIn = (await app.accounts.findSignIn(own.token))?.signIn
  assert.ok(signIn && !signIn.isTwoStep)
  const { text } = await app.accounts.factors.startAuthenticatorApp(account, signIn)
  await app.accounts.factors.confirmAuthenticatorApp(account, signIn, codeOf(text, app.clock.now()))
  assert.equal(await app.accounts.findSignIn(other.token), undefined)
  assert.equal((await app.accounts.findSignIn(own.token))?.signIn.isTwoStep, true)
})

test('after the code the sign-in is a new one, and the pending one opens nothing before or after', async () => {
  await using app = await openAccounts()
  const { secret, account } = await withApp(app)
  const pending = await startPending(app)
  assert.equal(await app.accounts.findSignIn(pending.token), undefined)
  const signedIn = await pass(app, pending, codeOf(secret, app.clock.now()))
  assert.notEqual(signedIn.token, pending.token)
  assert.equal((await app.accounts.findSignIn(signedIn.token))?.account.id, account.id)
  assert.equal(await app.accounts.secondStep.find(pending.token), undefined)
  app.clock.forward(30)
  await assert.rejects(pass(app, pending, codeOf(secret, app.clock.now())), isCode('sign-in-required'))
})

test('a code may be one step early or late, and no more', async () => {
  await using app = await openAccounts()
  const { secret } = await withApp(app)
  // In an order in which none is older than one that was taken.
  for (const [steps, isTaken] of [
    [-2, false],
    [-1, true],
    [0, true],
    [1, true],
    [2, false],
  ] as const) {
    const answer = pass(app, await startPending(app), codeOf(secret, app.clock.now(), steps))
    if (isTaken) assert.equal((await answer).kind, 'signed-in', `${steps} steps`)
    else await assert.rejects(answer, isCode('code-refused'), `${steps} steps`)
  }
})

const refusals: Array<{
  what: string
  code: string
  run(app: App, ready: Awaited<ReturnType<typeof withApp>>): Promise<unknown>
}> = [
  {
    what: 'the same code twice',
    code: 'code-refused',
    async run(app, { secret }) {
      const code = codeOf(secret, app.clock.now())
      await pass(app, await startPending(app), code)
      return pass(app, await startPending(app), code)
    },
  },
  {
    what: 'the code of an older step than one that was taken',
    code: 'code-refused',
    async run(app, { secret }) {
      await pass(app, await startPending(app), codeOf(secret, app.clock.now(), 1))
      return pass(app, await startPending(app), codeOf(secret, app.clock.now(), 0))
    },
  },
  {
    what: 'the code of another account',
    code: 'code-refused',
    async run(app) {
      const eve = { ...ana, email: 'eve@lima.example' }
      const { secret } = await withApp(app, eve)
      return pass(app, await startPending(app), codeOf(secret, app.clock.now()))
    },
  },
  {
    what: 'the recovery code of another account',
    code: 'code-refused',
    async run(app) {
      const { codes } = await withApp(app, { ...ana, email: 'eve@lima.example' })
      return pass(app, await startPending(app), codes[0] ?? '')
    },
  },
  {
    what: 'a recovery code twice',
    code: 'code-refused',
    async run(app, { codes: [code = ''] }) {
      await pass(app, await startPending(app), code)
      return pass(app, await startPending(app), code)
    },
  },
  {
    what: 'a right code after ten minutes',
    code: 'sign-in-required',
    async run(app, { secret }) {
      const pending = await startPending(app)
      app.clock.forward(601)
      return pass(app, pending, codeOf(secret, app.clock.now()))
    },
  },
  {
    what: 'a right code with no pending sign-in',
    code: 'sign-in-required',
    run: (app, { secret }) =>
      pass(app, { kind: 'pending', token: 'psi_x', expiresAt: new Date() }, codeOf(secret, app.clock.now())),
  },
  {
    what: 'a right code after the password was changed',
    code: 'sign-in-required',
    async run(app, { account, secret }) {
      const pending = await startPending(app)
      await app.accounts.changePassword(account.id, ana.password, 'nine new lanterns', '')
      return pass(app, pending, codeOf(secret, app.clock.now()))
    },
  },
  {
    what: 'the sixth try',
    code: 'too-many-requests',
    async run(app, { secret }) {
      const pending = await startPending(app)
      for (let tries = 0; tries < 5; tries++)
        await assert.rejects(pass(app, pending, '000000'), isCode('code-refused'))
      return pass(app, pending, codeOf(secret, app.clock.now()))
    },
  },
  {
    what: 'the sixth try, each with the password given anew',
    code: 'too-many-requests',
    async run(app, { secret }) {
      for (let tries = 0; tries < 5; tries++)
        await assert.rejects(
          pass(app, await startPending(app), 'abcd-efgh-jkmn-pqrs'),
          isCode('code-refused'),
        )
      return pass(app, await startPending(app), codeOf(secret, app.clock.now()))
    },
  },
  {
    what: 'nothing typed',
    code: 'code-refused',
    run: async (app) => pass(app, await startPending(app), ' - '),
  },
]

for (const { what, code, run } of refusals)
  test(`refused: ${what}`, async () => {
    await using app = await openAccounts()
    const ready = await withApp(app)
    await assert.rejects(run(app, ready), isCode(code))
  })

test('who guesses codes slows down strangers, but not a browser that was signed in before', async () => {
  await using app = await openAccounts()
  const { secret, deviceToken } = await withApp(app)
  const pending = await startPending(app)
  for (let tries = 0; tries < 7; tries++) await pass(app, pending, '000000').catch(() => undefined)
  const code = codeOf(secret, app.clock.now())
  await assert.rejects(pass(app, pending, code), isCode('too-many-requests'))
  const own = { pendingToken: pending.token, code, visitor: here }
  await app.accounts.secondStep.passWithCode({ ...own, knownDevice: deviceToken })
})

for (const kind of ['app', 'recovery'] as const)
  test(`of many sign-ins at once with one code of the ${kind}, one wins`, async () => {
    await using app = await openAccounts()
    const { secret, codes, deviceToken } = await withApp(app)
    const code = kind === 'app' ? codeOf(secret, app.clock.now()) : (codes[0] ?? '')
    const pending = await Promise.all(Array.from({ length: 5 }, () => startPending(app)))
    const answers = await Promise.allSettled(
      pending.map(({ token }) =>
        app.accounts.secondStep.passWithCode({
          pendingToken: token,
          code,
          visitor: here,
          knownDevice: deviceToken,
        }),
      ),
    )
    assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 1)
    const reasons = answers.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []))
    assert.deepEqual(new Set(reasons), new Set(['code-refused']))
  })

test('of two codes at once for one pending sign-in, one wins and the other code stays good', async () => {
  await using app = await openAccounts()
  const { codes } = await withApp(app)
  const pending = await startPending(app)
  const answers = await Promise.allSettled([codes[0], codes[1]].map((code) => pass(app, pending, code ?? '')))
  assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 1)
  const { account } = (await app.accounts.secondStep.find((await startPending(app)).token)) ?? {}
  assert.equal((await app.accounts.factors.list(account?.id ?? '')).recoveryCodesLeft, 9)
})

test('a recovery code works as it was written down, and the account is shown how many are left', async () => {
  await using app = await openAccounts()
  const { account, codes } = await withApp(app)
  const typed = (codes[3] ?? '').toUpperCase().replaceAll('-', ' ')
  await pass(app, await startPending(app), typed)
  assert.match((await app.outbox.list())[0]?.text ?? '', /with a recovery code\. 9 codes are left\./)
  assert.equal((await app.accounts.factors.list(account.id)).recoveryCodesLeft, 9)
})

test('new recovery codes end the old ones', async () => {
  await using app = await openAccounts()
  const { account, codes, token } = await withApp(app)
  const signIn = (await app.accounts.findSignIn(token))?.signIn
  assert.ok(signIn)
  const renewed = await app.accounts.factors.renewRecoveryCodes(account, signIn)
  await assert.rejects(pass(app, await startPending(app), codes[0] ?? ''), isCode('code-refused'))
  await pass(app, await startPending(app), renewed[0] ?? '')
})

test('a reset of the password does not skip the second step', async () => {
  await using app = await openAccounts()
  const { secret } = await withApp(app)
  await app.accounts.startPasswordReset(ana.email, here)
  const outcome = await app.accounts.finishPasswordReset(
    await app.findToken(ana.email),
    'nine new lanterns',
    here,
  )
  assert.equal(outcome.kind, 'pending')
  assert.equal(await app.accounts.findSignIn(outcome.token), undefined)
  if (outcome.kind === 'pending') await pass(app, outcome, codeOf(secret, app.clock.now()))
})

test('factors change only within ten minutes of a proof, which a wrong password is not', async () => {
  await using app = await openAccounts()
  const { account, token } = await withApp(app)
  const find = async () => {
    const found = await app.accounts.findSignIn(token)
    if (!found) throw new Error('not signed in')
    return found.signIn
  }
  const { factors } = app.accounts
  app.clock.forward(600)
  const stale = await find()
  for (const change of [
    () => factors.startAuthenticatorApp(account, stale),
    () => factors.confirmAuthenticatorApp(account, stale, '123456'),
    () => factors.removeAuthenticatorApp(account, stale),
    () => factors.renewRecoveryCodes(account, stale),
  ])
    await assert.rejects(change(), isCode('proof-required'))
  await assert.rejects(app.accounts.proveAgain(stale, 'not her password'), isCode('sign-in-failed'))
  await assert.rejects(factors.removeAuthenticatorApp(account, await find()), isCode('proof-required'))
  await app.accounts.proveAgain(stale, ana.password)
  await factors.removeAuthenticatorApp(account, await find())
  assert.match((await app.outbox.list())[0]?.text ?? '', /the authenticator app was removed/)
})

test('with the last factor the recovery codes go, and no sign-in counts as one of two steps any more', async () => {
  await using app = await openAccounts()
  const { account, token } = await withApp(app)
  const signIn = (await app.accounts.findSignIn(token))?.signIn
  assert.ok(signIn)
  await app.accounts.factors.removeAuthenticatorApp(account, signIn)
  assert.equal((await app.accounts.findSignIn(token))?.signIn.isTwoStep, false)
  assert.deepEqual(await app.accounts.factors.list(account.id), {
    authenticatorApp: undefined,
    passkeys: [],
    recoveryCodesLeft: undefined,
  })
  assert.equal((await app.accounts.signIn({ ...ana, visitor: here })).kind, 'signed-in')
})

test('an operator clears all factors: every sign-in ends, and the account is informed', async () => {
  await using app = await openAccounts()
  const { account, token } = await withApp(app)
  assert.equal(await app.accounts.factors.removeAll(account), true)
  assert.equal(await app.accounts.findSignIn(token), undefined)
  assert.equal((await app.accounts.signIn({ ...ana, visitor: here })).kind, 'signed-in')
  assert.match((await app.outbox.list())[0]?.text ?? '', /was removed/)
  assert.equal(await app.accounts.factors.removeAll(account), false)
})

test('an app that is set up cannot be replaced in silence', async () => {
  await using app = await openAccounts()
  const { account, token } = await withApp(app)
  const signIn = (await app.accounts.findSignIn(token))?.signIn
  assert.ok(signIn)
  await assert.rejects(app.accounts.factors.startAuthenticatorApp(account, signIn), isCode('not-allowed'))
})

test('no table has the secret, a recovery code or a pending sign-in in clear', async () => {
  await using app = await openAccounts()
  const { secret, codes } = await withApp(app)
  const { token } = await startPending(app)
  const { db } = app.store
  const rows = JSON.stringify([
    await db.selectFrom('authenticator_app').selectAll().execute(),
    await db.selectFrom('recovery_code').selectAll().execute(),
    await db.selectFrom('pending_sign_in').selectAll().execute(),
  ])
  for (const each of [secret, ...codes, ...codes.map((code) => code.replaceAll('-', '')), token])
    assert.ok(!rows.includes(each))
})

test('a sealed secret is worth nothing in the row of another account', async () => {
  await using app = await openAccounts()
  const { account, secret } = await withApp(app)
  const eve = await withApp(app, { ...ana, email: 'eve@lima.example' })
  const { db } = app.store
  const stolen = await db
    .selectFrom('authenticator_app')
    .select('sealed_secret')
    .where('account_id', '=', account.id)
    .executeTakeFirstOrThrow()
  await db.updateTable('authenticator_app').set(stolen).where('account_id', '=', eve.account.id).execute()
  const pending = await startPending(app, { ...ana, email: 'eve@lima.example' })
  await assert.rejects(pass(app, pending, codeOf(secret, app.clock.now())))
})

test('with another FACTOR_KEY codes are refused in words, and recovery codes still work', async () => {
  await using app = await openAccounts()
  const { account, secret, codes } = await withApp(app)
  assert.deepEqual(await app.accounts.countSealedSecrets(), { all: 1, unreadable: 0 })
  const restarted = app.withFactorKey('another key of at least 32 characters')
  assert.deepEqual(await restarted.countSealedSecrets(), { all: 1, unreadable: 1 })
  const { token } = await startPending(app)
  const enter = (code: string) =>
    restarted.secondStep.passWithCode({ pendingToken: token, code, visitor: here })
  await assert.rejects(enter(codeOf(secret, app.clock.now())), isCode('factor-key-wrong'))
  assert.equal((await enter(codes[0] ?? '')).account.id, account.id)
  await app.store.db.updateTable('authenticator_app').set({ sealed_secret: 'damaged' }).execute()
  assert.deepEqual(await app.accounts.countSealedSecrets(), { all: 1, unreadable: 1 })
})

test('a code that was taken while the clock was hours ahead does not refuse those of the right time', async () => {
  await using app = await openAccounts()
  const { secret } = await withApp(app)
  app.clock.jump(5 * 3600)
  await pass(app, await startPending(app), codeOf(secret, app.clock.now()))
  app.clock.jump(-5 * 3600)
  const code = codeOf(secret, app.clock.now())
  await pass(app, await startPending(app), code)
  await assert.rejects(pass(app, await startPending(app), code), isCode('code-refused'))
})
