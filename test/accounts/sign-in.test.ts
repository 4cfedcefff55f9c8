import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ana, here, openAccounts, stranger } from './open-accounts.ts'

const wrong = { email: ana.email, password: 'not her password' }
const isCode = (code: string) => (error: { code?: string }) => error.code === code

test('the right password signs in, in any case of the address', async () => {
  await using app = await openAccounts()
  const account = await app.accounts.create(ana)
  const { token } = await app.accounts.signIn({ ...ana, email: ' Ana@Lima.Example ', visitor: here })
  assert.equal((await app.accounts.findSignIn(token))?.account.id, account.id)
})

test('a wrong password and an unknown address are refused in the same words', async () => {
  await using app = await openAccounts()
  await app.accounts.create(ana)
  const messages: string[] = []
  for (const form of [wrong, { email: 'nobody@lima.example', password: ana.password }])
    await assert.rejects(
      app.accounts.signIn({ ...form, visitor: here }),
      (error: Error & { code?: string }) => {
        messages.push(error.message)
        return isCode('sign-in-failed')(error)
      },
    )
  assert.equal(messages[0], messages[1])
})

test('the same password typed on another keyboard is the same', async () => {
  await using app = await openAccounts()
  await app.accounts.create({ ...ana, password: 'caf\u00e9 au lait bleu' })
  await app.accounts.signIn({ email: ana.email, password: 'cafe\u0301 au lait bleu', visitor: here })
})

test('a stranger who guesses has to wait, also with guesses sent all at once', async () => {
  await using app = await openAccounts()
  await app.accounts.create(ana)
  const guesses = Array.from({ length: 20 }, () => app.accounts.signIn({ ...wrong, visitor: stranger }))
  const codes = (await Promise.allSettled(guesses)).map((guess) =>
    guess.status === 'rejected' ? guess.reason.code : 'signed in',
  )
  assert.equal(codes.filter((code) => code === 'sign-in-failed').length, 5)
  assert.equal(codes.filter((code) => code === 'too-many-requests').length, 15)
  await assert.rejects(
    app.accounts.signIn({ ...ana, visitor: stranger }),
    (error: { code?: string; retryAfterSeconds?: number }) =>
      error.code === 'too-many-requests' && error.retryAfterSeconds === 30,
  )
  app.clock.forward(31)
  await app.accounts.signIn({ ...ana, visitor: stranger })
})

test('the wait doubles with each further guess', async () => {
  await using app = await openAccounts()
  await app.accounts.create(ana)
  const waits: Array<number | undefined> = []
  for (let guess = 0; guess < 40; guess++)
    await app.accounts.signIn({ ...wrong, visitor: stranger }).catch((error) => {
      if (error.code !== 'too-many-requests') return
      waits.push(error.retryAfterSeconds)
      app.clock.forward(error.retryAfterSeconds)
    })
  assert.deepEqual(waits.slice(0, 7), [30, 60, 120, 240, 480, 900, 900])
})

test('while a stranger guesses, the person signs in from elsewhere', async () => {
  await using app = await openAccounts()
  await app.accounts.create(ana)
  for (let guess = 0; guess < 12; guess++)
    await app.accounts.signIn({ ...wrong, visitor: stranger }).catch(() => undefined)
  await app.accounts.signIn({ ...ana, visitor: here })
})

test('guesses from many addresses slow the account down, but not a browser it was signed in to', async () => {
  await using app = await openAccounts()
  await app.accounts.create(ana)
  const { deviceToken } = await app.signIn(ana, here)
  for (let guess = 0; guess < 110; guess++)
    await app.accounts
      .signIn({ ...wrong, visitor: { ...stranger, ip: `203.0.113.${guess}` } })
      .catch(() => undefined)
  await assert.rejects(app.accounts.signIn({ ...ana, visitor: here }), isCode('too-many-requests'))
  await app.accounts.signIn({ ...ana, visitor: here, knownDevice: deviceToken })
})

test('the mark of a known browser is worth nothing for another account, forged, or for endless guesses', async () => {
  await using app = await openAccounts()
  await app.accounts.create(ana)
  await app.accounts.create({ ...ana, email: 'eve@lima.example' })
  const { deviceToken: own } = await app.signIn(ana, here)
  const { deviceToken: eves } = await app.signIn({ ...ana, email: 'eve@lima.example' }, stranger)
  for (const mark of [eves, `${own}x`, `dev_${'A'.repeat(43)}`]) {
    const tries = Array.from({ length: 8 }, () =>
      app.accounts.signIn({ ...wrong, visitor: stranger, knownDevice: mark }),
    )
    const codes = (await Promise.allSettled(tries)).map(
      (each) => each.status === 'rejected' && each.reason.code,
    )
    assert.ok(codes.includes('too-many-requests'), mark)
  }
  const guesses = Array.from({ length: 15 }, () =>
    app.accounts.signIn({ ...wrong, visitor: stranger, knownDevice: own }),
  )
  const codes = (await Promise.allSettled(guesses)).map(
    (each) => each.status === 'rejected' && each.reason.code,
  )
  assert.ok(codes.includes('too-many-requests'))
})

test('one address of IPv6 counts with its whole network', async () => {
  await using app = await openAccounts()
  await app.accounts.create(ana)
  for (let guess = 0; guess < 5; guess++)
    await app.accounts
      .signIn({ ...wrong, visitor: { ...stranger, ip: `2001:db8:1:2::${guess}` } })
      .catch(() => undefined)
  await assert.rejects(
    app.accounts.signIn({ ...ana, visitor: { ...stranger, ip: '2001:db8:1:2:ffff::1' } }),
    isCode('too-many-requests'),
  )
  await app.accounts.signIn({ ...ana, visitor: { ...stranger, ip: '2001:db8:1:3::1' } })
})

test('a sign-in lasts while it is used, and ends after a month without use or three months in all', async () => {
  await using app = await openAccounts()
  await app.accounts.create(ana)
  const day = 24 * 3600
  const idle = await app.accounts.signIn({ ...ana, visitor: here })
  const used = await app.accounts.signIn({ ...ana, visitor: here })
  for (let days = 0; days < 80; days += 20) {
    assert.ok(await app.accounts.findSignIn(used.token), `after ${days} days`)
    app.clock.forward(20 * day)
  }
  assert.equal(await app.accounts.findSignIn(idle.token), undefined)
  assert.ok(await app.accounts.findSignIn(used.token))
  app.clock.forward(11 * day)
  assert.equal(await app.accounts.findSignIn(used.token), undefined)
})

test('a person sees the own sign-ins only, ends one, or all others', async () => {
  await using app = await openAccounts()
  const account = await app.accounts.create(ana)
  const eve = await app.accounts.create({ ...ana, email: 'eve@lima.example' })
  const first = await app.accounts.signIn({ ...ana, visitor: here })
  const second = await app.accounts.signIn({ ...ana, visitor: { ...here, userAgent: 'Safari' } })
  await app.accounts.signIn({ ...ana, visitor: here })
  const list = await app.accounts.listSignIns(account.id)
  assert.equal(list.length, 3)
  assert.deepEqual(await app.accounts.listSignIns(eve.id), [])

  const safari = list.find(({ userAgent }) => userAgent === 'Safari')
  await app.accounts.endSignIn(eve.id, safari?.id ?? '')
  assert.ok(await app.accounts.findSignIn(second.token), 'a stranger ends nothing')
  await app.accounts.endSignIn(account.id, safari?.id ?? '')
  assert.equal(await app.accounts.findSignIn(second.token), undefined)

  const { signIn } = (await app.accounts.findSignIn(first.token)) ?? {}
  await app.accounts.endOtherSignIns(account.id, signIn?.id)
  assert.equal((await app.accounts.listSignIns(account.id)).length, 1)
  assert.ok(await app.accounts.findSignIn(first.token))
})

test('a clock that was hours ahead and is set back makes nobody wait until then', async () => {
  for (const hours of [5, -5]) {
    await using app = await openAccounts()
    await app.accounts.create(ana)
    const signIn = () => app.accounts.signIn({ ...ana, visitor: stranger })
    app.clock.jump(hours * 3600)
    for (let guess = 0; guess < 5; guess++)
      await assert.rejects(app.accounts.signIn({ ...wrong, visitor: stranger }), isCode('sign-in-failed'))
    await assert.rejects(signIn(), isCode('too-many-requests'))
    app.clock.jump(-hours * 3600)
    // Forward again it is over anyway; back, it began at a time that has not come.
    await signIn()
  }
})
