import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBrowser, readHiddenFields } from './open-browser.ts'
import { startPages } from './start-pages.ts'

const omar = { email: 'omar@haddad.example', password: 'nineteen blue lamps', displayName: 'Omar Haddad' }
const newPassword = 'twenty green lamps'

async function startWithOmar() {
  const pages = await startPages()
  await pages.accounts.create(omar)
  return pages
}

test('a lost password is replaced through the mailed link, which signs in', async () => {
  await using pages = await startWithOmar()
  const browser = openBrowser(pages.app)
  const asked = await browser.submit(await browser.get('/reset'), '/reset', { email: omar.email })
  assert.deepEqual([asked.status, asked.location], [303, '/reset/check-mail'])
  const choose = await browser.get(await pages.findMailedPath(omar.email))
  assert.equal(choose.headers['referrer-policy'], 'no-referrer')
  const done = await browser.submit(choose, '/reset/finish', { password: newPassword })
  assert.deepEqual([done.status, done.location], [303, '/'])
  assert.ok(browser.cookies.has('onpatient_sign_in'))

  const other = openBrowser(pages.app)
  const form = await other.get('/signin')
  assert.equal((await other.submit(form, '/signin', omar)).status, 401)
  assert.equal((await other.submit(form, '/signin', { ...omar, password: newPassword })).status, 303)
})

test('an unknown address gets the same answer and no mail', async () => {
  await using pages = await startWithOmar()
  const browser = openBrowser(pages.app)
  const answer = await browser.submit(await browser.get('/reset'), '/reset', {
    email: 'nobody@haddad.example',
  })
  assert.deepEqual([answer.status, answer.location], [303, '/reset/check-mail'])
  assert.deepEqual(
    (await pages.outbox.list()).filter(({ text }) => text.includes('/reset/finish')),
    [],
  )
  assert.match((await browser.get('/reset/check-mail')).body, /If there is an account with this address/)
})

test('a password that is too short comes back and leaves the link good', async () => {
  await using pages = await startWithOmar()
  const browser = openBrowser(pages.app)
  await browser.submit(await browser.get('/reset'), '/reset', { email: omar.email })
  const choose = await browser.get(await pages.findMailedPath(omar.email))
  for (const password of ['', 'short']) {
    const answer = await browser.submit(choose, '/reset/finish', { password })
    assert.equal(answer.status, 400)
    assert.match(answer.body, /id="password-error"/)
    assert.equal(answer.headers['referrer-policy'], 'same-origin')
  }
  assert.equal((await browser.submit(choose, '/reset/finish', { password: newPassword })).status, 303)
})

test('a used or unknown link is 410 and offers a new one', async () => {
  await using pages = await startWithOmar()
  const browser = openBrowser(pages.app)
  await browser.submit(await browser.get('/reset'), '/reset', { email: omar.email })
  const choose = await browser.get(await pages.findMailedPath(omar.email))
  const late = openBrowser(pages.app)
  const lateForm = await late.get(await pages.findMailedPath(omar.email))
  await browser.submit(choose, '/reset/finish', { password: newPassword })
  const again = await late.submit(lateForm, '/reset/finish', { password: 'thirty grey lamps' })
  assert.equal(again.status, 410)
  assert.match(again.body, /href="\/reset"/)
  const opened = await late.get(await pages.findMailedPath(omar.email, '/reset/finish'))
  assert.equal(opened.status, 410)
  assert.match(opened.body, /href="\/reset"/)
  assert.equal((await late.get('/reset/finish')).status, 410)
})

test('an empty address is named', async () => {
  await using pages = await startWithOmar()
  const browser = openBrowser(pages.app)
  const answer = await browser.submit(await browser.get('/reset'), '/reset', { email: '' })
  assert.equal(answer.status, 400)
  assert.match(answer.body, /id="email-error"/)
})

test('a new address counts once its mailed button is pressed where the account is signed in', async () => {
  await using pages = await startWithOmar()
  const account = await pages.accounts.findByEmail(omar.email)
  const addressOf = async () => (await pages.accounts.find(account?.id ?? ''))?.email
  await pages.accounts.startEmailChange(account?.id ?? '', omar.password, 'omar@new.example')
  const path = await pages.findMailedPath('omar@new.example')

  // Who has the mail and not the account gets no further, and learns nothing of the account.
  await pages.accounts.create({ ...omar, email: 'eve@example.com', displayName: 'Eve' })
  const eve = openBrowser(pages.app, '192.0.2.7')
  const stranger = await eve.get(path)
  assert.match(stranger.body, /Sign in to confirm/)
  assert.doesNotMatch(stranger.body, /Omar|omar@/)
  await eve.submit(await eve.get('/signin'), '/signin', { email: 'eve@example.com', password: omar.password })
  const other = await eve.get(path)
  assert.match(other.body, /signed in as <strong>Eve<\/strong>, which is another account/)
  const forced = readHiddenFields(other.body, '/signout')
  const token = new URLSearchParams(path.split('?')[1]).get('token') ?? ''
  const answer = await eve.post('/account/email/confirm', { _csrf: forced._csrf ?? '', token })
  assert.equal(answer.status, 403)
  assert.equal(await addressOf(), omar.email)

  const browser = openBrowser(pages.app)
  const signIn = await browser.get(`/signin?next=${encodeURIComponent(path)}`)
  const back = await browser.submit(signIn, '/signin', { email: omar.email, password: omar.password })
  assert.equal(back.location, path)
  const confirm = await browser.get(path)
  assert.equal(confirm.status, 200)
  assert.equal(await addressOf(), omar.email)
  const before = browser.cookies.get('onpatient_sign_in')
  const done = await browser.submit(confirm, '/account/email/confirm')
  assert.deepEqual([done.status, done.location], [303, '/account/email/confirmed'])
  assert.equal(await addressOf(), 'omar@new.example')
  assert.match((await browser.get('/account/email/confirmed')).body, /Your address is confirmed/)
  assert.notEqual(browser.cookies.get('onpatient_sign_in'), before, 'the sign-in of before has ended')
  assert.equal(await pages.accounts.findSignIn(before ?? ''), undefined)
  assert.equal((await browser.get('/signin')).status, 303, 'and the browser has a new one')
  assert.equal((await browser.get(path)).status, 410)
  assert.equal((await browser.get('/account/email/confirm')).status, 410)
})

test('an address that another account took in the meantime is a conflict', async () => {
  await using pages = await startWithOmar()
  const account = await pages.accounts.findByEmail(omar.email)
  await pages.accounts.startEmailChange(account?.id ?? '', omar.password, 'omar@new.example')
  await pages.accounts.create({ ...omar, email: 'omar@new.example' })
  const browser = openBrowser(pages.app)
  await browser.submit(await browser.get('/signin'), '/signin', omar)
  const confirm = await browser.get(await pages.findMailedPath('omar@new.example'))
  const answer = await browser.submit(confirm, '/account/email/confirm')
  assert.equal(answer.status, 409)
  assert.match(answer.body, /Another account uses this e-mail address/)
})
