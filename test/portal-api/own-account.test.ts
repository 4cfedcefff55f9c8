import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { anAccount, password } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { openPortal } from './open-portal.ts'

describe('the own account', () => {
  let app: TestApp
  before(async () => {
    app = await startApp()
  })
  after(() => app[Symbol.asyncDispose]())

  async function aPerson(name: string) {
    await anAccount(app, `${name}@example.com`, name)
    return openPortal(app, `${name}@example.com`)
  }

  test('a wrong present password is a mistake in the form, not the end of the sign-in', async () => {
    const portal = await aPerson('ana')
    const change = (current: string) =>
      portal.call('POST', '/me/password', { current, next: 'nine new lanterns' })
    const wrong = await change('not my password')
    assert.deepEqual([wrong.body.code, wrong.body.field], ['sign-in-failed', 'current'])
    assert.notEqual(wrong.body.code, 'sign-in-required', 'the portal would leave for the sign-in page')
    assert.equal((await portal.call('GET', '/me')).status, 200)
    assert.equal((await change(password)).status, 204)
    assert.equal((await portal.call('GET', '/me')).status, 200)
  })

  test('signing out everywhere ends the other browsers and keeps this one', async () => {
    const here = await aPerson('kim')
    const there = await openPortal(app, 'kim@example.com')
    const list = await here.call('GET', '/sign-ins')
    assert.equal(list.body.signIns.length, 2)
    assert.equal(list.body.signIns.filter((each: { isCurrent: boolean }) => each.isCurrent).length, 1)
    assert.equal((await here.call('POST', '/sign-ins/end-others')).status, 204)
    assert.equal((await there.call('GET', '/me')).status, 401)
    assert.equal((await here.call('GET', '/me')).status, 200)
  })

  test('a new name is kept, a new address waits for its mail', async () => {
    const portal = await aPerson('lea')
    const renamed = await portal.call('PATCH', '/me', { displayName: '  Lea   Maier ' })
    assert.equal(renamed.body.account.displayName, 'Lea Maier')
    const email = { password, email: 'lea@new.example' }
    assert.equal((await portal.call('POST', '/me/email', email)).status, 204)
    assert.equal((await portal.call('GET', '/me')).body.account.email, 'lea@example.com')
    const mail = (await app.modules.outbox?.list())?.find(({ to }) => to === 'lea@new.example')
    assert.match(mail?.text ?? '', /\/account\/email\/confirm\?token=/)
  })

  test('the list of sign-ins tells from which address each was started', async () => {
    const portal = await aPerson('uma')
    const { signIns } = (await portal.call('GET', '/sign-ins')).body
    assert.deepEqual(
      signIns.map(({ address }: { address: string }) => address),
      ['127.0.0.1'],
    )
  })

  test('sandboxes and practices of one account are limited', async () => {
    const portal = await aPerson('max')
    const statuses: number[] = []
    for (let count = 0; count < 4; count++) statuses.push((await portal.call('POST', '/sandboxes')).status)
    assert.deepEqual(statuses, [201, 201, 201, 422])
  })

  test('an address that is none, and a method that is not there, are a 404 as problem details', async () => {
    const portal = await aPerson('eva')
    for (const [method, path] of [
      ['GET', '/nothing'],
      ['DELETE', '/me'],
      ['GET', '/records/Spaceship?patient=x'],
      ['GET', '/applications/..%2f..%2fx'],
    ] as const) {
      const { status, type } = await portal.call(method, path)
      assert.ok(status === 404 || status === 400, `${method} ${path}: ${status}`)
      assert.equal(type, 'application/problem+json; charset=utf-8')
    }
  })
})

test('a practice that needs an invitation and a sandbox that is closed are offered to no account, and refused', async () => {
  await using app = await startApp({ PRACTICE_SIGN_UP: 'invitation', DEVELOPER_SIGN_UP: 'closed' })
  await anAccount(app, 'lea@example.com', 'Lea')
  const portal = await openPortal(app, 'lea@example.com')
  const rules = async () => (await portal.call('GET', '/me')).body.signUp
  assert.deepEqual(await rules(), { practice: 'open', developer: 'closed' })
  const practice = () => portal.call('POST', '/practices', { name: 'Elm' })
  assert.equal((await practice()).status, 201)
  assert.deepEqual(await rules(), { practice: 'invitation', developer: 'closed' })
  const refused = await practice()
  assert.deepEqual([refused.status, refused.body.code], [403, 'not-allowed'])
  assert.equal((await portal.call('POST', '/sandboxes', {})).status, 403)
})
