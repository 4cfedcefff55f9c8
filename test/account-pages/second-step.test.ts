import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeOf } from '../support/authenticator-app.ts'
import { type Browser, openBrowser } from './open-browser.ts'
import { startPages } from './start-pages.ts'

const ana = { email: 'ana@lindqvist.example', password: 'seven quiet herons', displayName: 'Ana Lindqvist' }

type Pages = Awaited<ReturnType<typeof startPages>>

async function withApp(pages: Pages) {
  const account = await pages.accounts.create(ana)
  const { token } = await pages.accounts.startSignIn(account.id, { ip: '192.0.2.1', userAgent: 'x' })
  const signIn = (await pages.accounts.findSignIn(token))?.signIn
  if (!signIn) throw new Error('not signed in')
  const { text } = await pages.accounts.factors.startAuthenticatorApp(account, signIn)
  const code = codeOf(text, pages.clock.now())
  const codes = (await pages.accounts.factors.confirmAuthenticatorApp(account, signIn, code)) ?? []
  pages.clock.forward(60)
  return { secret: text, codes }
}

/** Gives the password; the answer is the page for the code. */
async function givePassword(browser: Browser, next = '/account/settings?a=b') {
  const answer = await browser.submit(
    await browser.get(`/signin?next=${encodeURIComponent(next)}`),
    '/signin',
    ana,
  )
  assert.equal(answer.location, `/signin/code?next=${encodeURIComponent(next)}`)
  return browser.get(answer.location)
}

test('after the password comes a page for the code, and nobody is signed in before it', async () => {
  await using pages = await startPages()
  const { secret } = await withApp(pages)
  const browser = openBrowser(pages.app)
  const page = await givePassword(browser)
  assert.match(page.body, /<input id="code"[^>]* autocomplete="one-time-code"[^>]* inputmode="numeric"/)
  assert.equal(browser.cookies.has('onpatient_sign_in'), false)
  assert.equal((await browser.get('/signin')).status, 200, 'not signed in')

  const wrong = await browser.submit(page, '/signin/code', { code: '000000' })
  assert.equal(wrong.status, 401)
  assert.match(wrong.body, /id="code-error"/)
  const answer = await browser.submit(wrong, '/signin/code', { code: codeOf(secret, pages.clock.now()) })
  assert.equal(answer.location, '/account/settings?a=b')
  assert.ok(browser.cookies.has('onpatient_sign_in'))
  assert.equal(browser.cookies.has('onpatient_pending'), false)
  assert.equal((await browser.get('/signin?next=%2F')).location, '/', 'signed in')
})

test('a recovery code goes on the same page', async () => {
  await using pages = await startPages()
  const { codes } = await withApp(pages)
  const browser = openBrowser(pages.app)
  const page = await givePassword(browser)
  const [, href = ''] = page.body.match(/href="(\/signin\/code[^"]*recovery=1)"/) ?? []
  const recovery = await browser.get(href.replaceAll('&amp;', '&'))
  assert.doesNotMatch(recovery.body, /inputmode/)
  const wrong = await browser.submit(recovery, '/signin/code', { code: 'aaaa-aaaa-aaaa-aaaa' })
  assert.match(wrong.body, /Recovery code</, 'still asks for a recovery code')
  const answer = await browser.submit(wrong, '/signin/code', { code: codes[0] ?? '' })
  assert.equal(answer.location, '/account/settings?a=b')
})

test('the code of a sign-in that was begun in another browser does not help this one', async () => {
  await using pages = await startPages()
  const { secret } = await withApp(pages)
  const owner = openBrowser(pages.app)
  await givePassword(owner)
  const stranger = openBrowser(pages.app)
  assert.equal((await stranger.get('/signin/code?next=%2F')).location, '/signin?next=%2F')
  const form = await stranger.get('/signin')
  const [, csrf = ''] = form.body.match(/name="_csrf" value="([^"]*)"/) ?? []
  const answer = await stranger.post('/signin/code', { _csrf: csrf, code: codeOf(secret, pages.clock.now()) })
  assert.equal(answer.location, '/signin?next=%2F')
  assert.equal(stranger.cookies.has('onpatient_sign_in'), false)
})

test('after ten minutes, or when cancelled, the password is asked for again', async () => {
  await using pages = await startPages()
  const { secret } = await withApp(pages)
  const late = openBrowser(pages.app)
  const page = await givePassword(late)
  pages.clock.forward(601)
  const answer = await late.submit(page, '/signin/code', { code: codeOf(secret, pages.clock.now()) })
  assert.equal(answer.location, `/signin?next=${encodeURIComponent('/account/settings?a=b')}`)
  assert.equal(late.cookies.has('onpatient_sign_in'), false)

  const sorry = openBrowser(pages.app)
  const cancelled = await sorry.submit(await givePassword(sorry), '/signin/cancel')
  assert.equal(cancelled.location, `/signin?next=${encodeURIComponent('/account/settings?a=b')}`)
  assert.equal(sorry.cookies.has('onpatient_pending'), false)
})

test('guessing codes ends in 429 with a time to wait', async () => {
  await using pages = await startPages()
  await withApp(pages)
  const browser = openBrowser(pages.app)
  let page = await givePassword(browser)
  const statuses: number[] = []
  for (let tries = 0; tries < 6; tries++) {
    page = await browser.submit(page, '/signin/code', { code: '000000' })
    statuses.push(page.status)
  }
  assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429])
  assert.match(String(page.headers['retry-after']), /^[1-9]\d*$/)
})

test('a reset of the password leads to the code, too', async () => {
  await using pages = await startPages()
  const { secret } = await withApp(pages)
  const browser = openBrowser(pages.app)
  await browser.submit(await browser.get('/reset'), '/reset', { email: ana.email })
  const form = await browser.get(await pages.findMailedPath(ana.email))
  const answer = await browser.submit(form, '/reset/finish', { password: 'nine new lanterns' })
  assert.equal(answer.location, '/signin/code?next=%2F')
  assert.equal(browser.cookies.has('onpatient_sign_in'), false)
  const page = await browser.get(answer.location ?? '')
  const done = await browser.submit(page, '/signin/code', { code: codeOf(secret, pages.clock.now()) })
  assert.equal(done.location, '/')
})

test('no next leads to another site from the page for the code', async () => {
  await using pages = await startPages()
  const { secret } = await withApp(pages)
  const browser = openBrowser(pages.app)
  const page = await givePassword(browser)
  const code = codeOf(secret, pages.clock.now())
  const answer = await browser.submit(page, '/signin/code', { code, next: '//evil.example' })
  assert.equal(answer.location, '/')
})

test('who signs in as somebody else in the meantime ends what was begun in this browser', async () => {
  await using pages = await startPages()
  const { secret } = await withApp(pages)
  await pages.accounts.create({ ...ana, email: 'ben@lindqvist.example' })
  const browser = openBrowser(pages.app)
  const begun = await givePassword(browser)
  await browser.submit(await browser.get('/signin'), '/signin', { ...ana, email: 'ben@lindqvist.example' })
  assert.equal(browser.cookies.has('onpatient_pending'), false)
  const late = await browser.submit(begun, '/signin/code', { code: codeOf(secret, pages.clock.now()) })
  // The form of the browser as it was before does nothing: its tab goes on as who is signed in.
  assert.equal(late.location, '/account/settings?a=b')
  const found = await pages.accounts.findSignIn(browser.cookies.get('onpatient_sign_in') ?? '')
  assert.equal(found?.account.email, 'ben@lindqvist.example')
})

test('a proof is asked for on a page of its own and leads back', async () => {
  await using pages = await startPages()
  await pages.accounts.create(ana)
  const browser = openBrowser(pages.app)
  assert.match((await browser.get('/account/confirm?next=%2Fx')).location ?? '', /^\/signin\?next=%2Fx/)
  await browser.submit(await browser.get('/signin'), '/signin', ana)
  const token = browser.cookies.get('onpatient_sign_in') ?? ''
  const provenAt = async () => (await pages.accounts.findSignIn(token))?.signIn.provenAt.getTime()
  pages.clock.forward(3600)
  const before = await provenAt()
  const page = await browser.get('/account/confirm?next=%2Faccount%2Fsettings%2Fsecurity')
  const wrong = await browser.submit(page, '/account/confirm', { password: 'not hers' })
  assert.equal(wrong.status, 401)
  assert.equal(await provenAt(), before)
  const right = await browser.submit(wrong, '/account/confirm', { password: ana.password })
  assert.equal(right.location, '/account/settings/security')
  assert.equal(await provenAt(), pages.clock.now().getTime())
  const away = await browser.get('/account/confirm?next=%2F%2Fevil.example')
  assert.doesNotMatch(away.body, /evil/)
})
