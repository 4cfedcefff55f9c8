import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAuthenticator } from '../support/authenticator.ts'
import { ana, here, openAccounts, stranger } from './open-accounts.ts'

const isCode = (code: string) => (error: { code?: string }) => error.code === code
const origin = 'http://localhost:8000'
const eve = { ...ana, email: 'eve@lima.example' }

type App = Awaited<ReturnType<typeof openAccounts>>
type Authenticator = ReturnType<typeof createAuthenticator>

async function signInOf(app: App, token: string) {
  const found = await app.accounts.findSignIn(token)
  if (!found) throw new Error('not signed in')
  return found.signIn
}

/** An account with a passkey, registered in a sign-in of its own. */
async function withPasskey(app: App, form = ana, authenticator = createAuthenticator(origin)) {
  const account = await app.accounts.create(form)
  const { token } = await app.signIn(form, here)
  const signIn = await signInOf(app, token)
  const options = await app.accounts.factors.startPasskey(account, signIn)
  const response = authenticator.create(options)
  const codes = await app.accounts.factors.addPasskey(account, signIn, { name: 'Phone', response })
  return { account, authenticator, token, codes: codes ?? [], options, response }
}

const browser = 'brw_of_ana'
const ask = (app: App) => app.accounts.startPasskeySignIn(browser, here)
const answer = (app: App, response: unknown, from = browser) =>
  app.accounts.signInWithPasskey({ browser: from, response, visitor: here })

test('a passkey asks for a person who is verified and can be found without a name', async () => {
  await using app = await openAccounts()
  const { account, options, codes } = await withPasskey(app)
  assert.equal(options.rp.id, 'localhost')
  assert.deepEqual(
    [options.authenticatorSelection?.residentKey, options.authenticatorSelection?.userVerification],
    ['required', 'required'],
  )
  assert.equal(codes.length, 10, 'recovery codes come with the first factor')
  const { rpId, userVerification, allowCredentials } = await ask(app)
  assert.deepEqual([rpId, userVerification, allowCredentials], ['localhost', 'required', undefined])
  assert.match((await app.outbox.list())[0]?.text ?? '', /a passkey was added to your onpatient account/)
  const { passkeys } = await app.accounts.factors.list(account.id)
  assert.deepEqual(
    passkeys.map(({ name, lastUsedAt }) => [name, lastUsedAt]),
    [['Phone', undefined]],
  )
})

test('a passkey alone signs in, as a sign-in of two steps', async () => {
  await using app = await openAccounts()
  const { account, authenticator } = await withPasskey(app)
  const { token } = await answer(app, authenticator.get(await ask(app)))
  const found = await app.accounts.findSignIn(token)
  assert.equal(found?.account.id, account.id)
  assert.equal(found?.signIn.isTwoStep, true)
  assert.ok((await app.accounts.factors.list(account.id)).passkeys[0]?.lastUsedAt)
})

test('after the password a passkey of the account is the second step, for one pending sign-in', async () => {
  await using app = await openAccounts()
  const { authenticator } = await withPasskey(app)
  const pending = await app.accounts.signIn({ ...ana, visitor: here })
  assert.equal(pending.kind, 'pending')
  const { secondStep } = app.accounts
  const options = await secondStep.startPasskey(pending.token, here)
  assert.deepEqual(
    options.allowCredentials?.map(({ id }) => id),
    [authenticator.id],
  )
  const response = authenticator.get(options)
  const signedIn = await secondStep.passWithPasskey({ pendingToken: pending.token, response, visitor: here })
  assert.equal((await signInOf(app, signedIn.token)).isTwoStep, true)
  await assert.rejects(secondStep.startPasskey(pending.token, here), isCode('sign-in-required'))
})

const refusals: Array<{
  what: string
  run(app: App, ready: { authenticator: Authenticator }): Promise<unknown>
}> = [
  {
    what: 'an answer given on another origin',
    run: async (app, { authenticator }) =>
      answer(app, authenticator.get(await ask(app), { origin: 'http://localhost:9000' })),
  },
  {
    what: 'an answer for another relying party',
    run: async (app, { authenticator }) =>
      answer(app, authenticator.get(await ask(app), { rpId: 'evil.example' })),
  },
  {
    what: 'an answer given inside a page of another site',
    run: async (app, { authenticator }) =>
      answer(app, authenticator.get(await ask(app), { crossOrigin: true })),
  },
  {
    what: 'an answer to a challenge that was never given',
    run: async (app, { authenticator }) => {
      await ask(app)
      return answer(app, authenticator.get({ challenge: 'AAAA', rpId: 'localhost' }))
    },
  },
  {
    what: 'the same answer a second time',
    run: async (app, { authenticator }) => {
      const response = authenticator.get(await ask(app))
      await answer(app, response)
      return answer(app, response)
    },
  },
  {
    what: 'an answer to a challenge of another browser',
    run: async (app, { authenticator }) => answer(app, authenticator.get(await ask(app)), 'brw_of_eve'),
  },
  {
    what: 'an answer after five minutes',
    run: async (app, { authenticator }) => {
      const response = authenticator.get(await ask(app))
      app.clock.forward(301)
      return answer(app, response)
    },
  },
  {
    what: 'an answer without finger, face or PIN',
    run: async (app, { authenticator }) =>
      answer(app, authenticator.get(await ask(app), { isVerified: false })),
  },
  {
    what: 'a sign count that stands still',
    run: async (app, { authenticator }) => {
      await answer(app, authenticator.get(await ask(app), { signCount: 5 }))
      return answer(app, authenticator.get(await ask(app), { signCount: 5 }))
    },
  },
  {
    what: 'a sign count that goes back to nothing',
    run: async (app, { authenticator }) => {
      await answer(app, authenticator.get(await ask(app), { signCount: 5 }))
      return answer(app, authenticator.get(await ask(app), { signCount: 0 }))
    },
  },
  {
    what: 'a passkey that was never registered',
    run: async (app) => answer(app, createAuthenticator(origin).get(await ask(app))),
  },
  {
    what: 'the signature of another key under a known id',
    run: async (app, { authenticator }) => {
      const { id } = authenticator
      return answer(app, { ...createAuthenticator(origin).get(await ask(app)), id, rawId: id })
    },
  },
  {
    what: 'a passkey that names another account as its owner',
    run: async (app, { authenticator }) => {
      const userHandle = Buffer.from((await app.accounts.create(eve)).id).toString('base64url')
      return answer(app, authenticator.get(await ask(app), { userHandle }))
    },
  },
  {
    what: 'a sign-in that does not say whose the passkey is',
    run: async (app, { authenticator }) => {
      const { response, ...right } = authenticator.get(await ask(app))
      return answer(app, { ...right, response: { ...response, userHandle: undefined } })
    },
  },
  {
    what: 'the answer to a registration as a sign-in',
    run: async (app, { authenticator }) =>
      answer(app, authenticator.get(await ask(app), { type: 'webauthn.create' })),
  },
  {
    what: 'a challenge of the second step as a sign-in',
    run: async (app, { authenticator }) => {
      const { token } = await app.accounts.signIn({ ...ana, visitor: here })
      const options = await app.accounts.secondStep.startPasskey(token, here)
      return answer(app, authenticator.get(options), token)
    },
  },
  {
    what: 'the passkey of another account as the second step',
    run: async (app) => {
      const { authenticator } = await withPasskey(app, eve)
      const { token } = await app.accounts.signIn({ ...ana, visitor: here })
      const response = authenticator.get(await app.accounts.secondStep.startPasskey(token, here))
      return app.accounts.secondStep.passWithPasskey({ pendingToken: token, response, visitor: here })
    },
  },
  {
    what: 'the passkey of another account as a proof',
    run: async (app, { authenticator }) => {
      const { token } = await answer(app, authenticator.get(await ask(app)))
      const signIn = await signInOf(app, token)
      const eves = await withPasskey(app, eve)
      const response = eves.authenticator.get(await app.accounts.startPasskeyProof(signIn))
      return app.accounts.proveWithPasskey(signIn, response)
    },
  },
  { what: 'nothing', run: async (app) => answer(app, undefined) },
  { what: 'an answer of the wrong form', run: async (app) => answer(app, { id: 1, response: [] }) },
  {
    what: 'an answer whose parts are no WebAuthn',
    run: async (app, { authenticator }) => {
      const right = authenticator.get(await ask(app))
      return answer(app, { ...right, response: { ...right.response, authenticatorData: 'AAAA' } })
    },
  },
]

for (const { what, run } of refusals)
  test(`refused: ${what}`, async () => {
    await using app = await openAccounts()
    const ready = await withPasskey(app)
    await assert.rejects(run(app, ready), isCode('passkey-refused'))
  })

test('of one answer sent many times at once, one signs in', async () => {
  await using app = await openAccounts()
  const { authenticator } = await withPasskey(app)
  const response = authenticator.get(await ask(app))
  const answers = await Promise.allSettled(Array.from({ length: 5 }, () => answer(app, response)))
  assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 1)
})

test('of two answers at once with the same sign count, one signs in', async () => {
  await using app = await openAccounts()
  const { authenticator } = await withPasskey(app)
  const options = [await ask(app), await ask(app)]
  const answers = await Promise.allSettled(
    options.map((each) => answer(app, authenticator.get(each, { signCount: 9 }))),
  )
  assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 1)
})

const refusedRegistrations: Array<{
  what: string
  code: string
  run(app: App, options: { challenge: string; rp: { id?: string } }): unknown
}> = [
  {
    what: 'made on another origin',
    code: 'passkey-refused',
    run: (_app, options) => createAuthenticator('http://evil.example').create(options),
  },
  {
    what: 'made for another relying party',
    code: 'passkey-refused',
    run: (_app, options) => createAuthenticator(origin).create(options, { rpId: 'evil.example' }),
  },
  {
    what: 'made for another challenge',
    code: 'passkey-refused',
    run: (_app, options) => createAuthenticator(origin).create(options, { challenge: 'AAAA' }),
  },
  {
    what: 'made without verifying the person',
    code: 'passkey-refused',
    run: (_app, options) => createAuthenticator(origin).create(options, { isVerified: false }),
  },
  { what: 'that is none', code: 'passkey-refused', run: () => ({ id: 'AAAA' }) },
]

for (const { what, code, run } of refusedRegistrations)
  test(`not registered: a passkey ${what}`, async () => {
    await using app = await openAccounts()
    const account = await app.accounts.create(ana)
    const signIn = await signInOf(app, (await app.signIn(ana, here)).token)
    const options = await app.accounts.factors.startPasskey(account, signIn)
    const form = { name: 'Phone', response: run(app, options) }
    await assert.rejects(app.accounts.factors.addPasskey(account, signIn, form), isCode(code))
    assert.equal(await app.accounts.factors.has(account.id), false)
  })

test('a challenge to register serves only in the sign-in that asked, and a passkey only one account', async () => {
  await using app = await openAccounts()
  const { authenticator } = await withPasskey(app)
  const account = await app.accounts.create(eve)
  const { factors } = app.accounts
  const asking = await signInOf(app, (await app.signIn(eve, here)).token)
  const other = await signInOf(app, (await app.signIn(eve, stranger)).token)
  const fresh = createAuthenticator(origin).create(await factors.startPasskey(account, asking))
  await assert.rejects(
    factors.addPasskey(account, other, { name: 'x', response: fresh }),
    isCode('passkey-refused'),
  )
  const taken = authenticator.create(await factors.startPasskey(account, asking))
  await assert.rejects(
    factors.addPasskey(account, asking, { name: 'x', response: taken }),
    isCode('passkey-refused'),
  )
  const nameless = createAuthenticator(origin).create(await factors.startPasskey(account, asking))
  await assert.rejects(
    factors.addPasskey(account, asking, { name: ' ', response: nameless }),
    isCode('invalid-parameter'),
  )
})

test('passkeys are added and removed only after a proof, which a passkey gives, too', async () => {
  await using app = await openAccounts()
  const { account, authenticator, token } = await withPasskey(app)
  const { factors } = app.accounts
  const [passkey] = (await factors.list(account.id)).passkeys
  app.clock.forward(601)
  const stale = await signInOf(app, token)
  for (const change of [
    () => factors.startPasskey(account, stale),
    () => factors.addPasskey(account, stale, { name: 'x', response: {} }),
    () => factors.removePasskey(account, stale, passkey?.id ?? ''),
  ])
    await assert.rejects(change(), isCode('proof-required'))
  const options = await app.accounts.startPasskeyProof(stale)
  await app.accounts.proveWithPasskey(stale, authenticator.get(options))
  const proven = await signInOf(app, token)
  await assert.rejects(factors.removePasskey(account, proven, 'pk_x'), isCode('not-found'))
  await factors.removePasskey(account, proven, passkey?.id ?? '')
  assert.equal((await signInOf(app, token)).isTwoStep, false, 'it was the last factor')
  await assert.rejects(answer(app, authenticator.get(await ask(app))), isCode('passkey-refused'))
})

test('nobody removes the passkey of another account', async () => {
  await using app = await openAccounts()
  const { account } = await withPasskey(app)
  const [passkey] = (await app.accounts.factors.list(account.id)).passkeys
  const eves = await withPasskey(app, eve)
  await assert.rejects(
    app.accounts.factors.removePasskey(eves.account, await signInOf(app, eves.token), passkey?.id ?? ''),
    isCode('not-found'),
  )
})

test('challenges are stored as hashes and cannot be asked for without end', async () => {
  await using app = await openAccounts()
  const { challenge } = await ask(app)
  const rows = await app.store.db.selectFrom('passkey_challenge').selectAll().execute()
  assert.ok(rows.length > 0 && !JSON.stringify(rows).includes(challenge))
  const codes = (await Promise.allSettled(Array.from({ length: 70 }, () => ask(app)))).map(
    (each) => each.status === 'rejected' && each.reason.code,
  )
  assert.ok(codes.includes('too-many-requests'))
})

test('an account may have twenty passkeys, also when two are begun before the twentieth is there', async () => {
  await using app = await openAccounts()
  const { account, token } = await withPasskey(app)
  const signIn = await signInOf(app, token)
  const add = async (options: Awaited<ReturnType<typeof app.accounts.factors.startPasskey>>) =>
    app.accounts.factors.addPasskey(account, signIn, {
      name: 'Key',
      response: createAuthenticator(origin).create(options),
    })
  for (let at = 1; at < 19; at++) await add(await app.accounts.factors.startPasskey(account, signIn))
  const [one, two] = [
    await app.accounts.factors.startPasskey(account, signIn),
    await app.accounts.factors.startPasskey(account, signIn),
  ]
  await add(one)
  await assert.rejects(add(two), isCode('limit-reached'))
  await assert.rejects(
    app.accounts.factors.startPasskey(account, signIn),
    (error: Error & { code?: string }) =>
      isCode('limit-reached')(error) && /at most 20 passkeys\. Remove one/.test(error.message),
  )
})
