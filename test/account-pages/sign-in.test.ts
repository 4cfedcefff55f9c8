import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBrowser } from './open-browser.ts'
import { startPages } from './start-pages.ts'

const ana = { email: 'ana@lindqvist.example', password: 'seven quiet herons', displayName: 'Ana Lindqvist' }

async function startWithAna(options: Parameters<typeof startPages>[0] = {}) {
  const pages = await startPages(options)
  await pages.accounts.create(ana)
  return pages
}

test('the form has the fields that password managers and clients look for', async () => {
  await using pages = await startWithAna()
  const { status, body } = await openBrowser(pages.app).get('/signin')
  assert.equal(status, 200)
  assert.match(body, /<input id="email" name="email" type="email"[^>]* autocomplete="username"/)
  assert.match(body, /<input id="password" name="password" type="password" autocomplete="current-password"/)
  assert.match(body, /<button type="submit"[^>]*>Sign in<\/button>/)
  assert.match(body, /href="\/signup"/)
  assert.match(body, /href="\/reset"/)
})

test('the right password signs in with cookies that scripts and other sites cannot use', async () => {
  await using pages = await startWithAna()
  const browser = openBrowser(pages.app)
  const answer = await browser.submit(await browser.get('/signin'), '/signin', ana)
  assert.equal(answer.status, 303)
  assert.equal(answer.location, '/')
  assert.equal(answer.setCookies.length, 2)
  for (const cookie of answer.setCookies) {
    assert.match(cookie, /^onpatient_(sign_in|device)=[^;]+;/)
    assert.match(cookie, /; Path=\/;/)
    assert.match(cookie, /; HttpOnly/)
    assert.match(cookie, /; SameSite=Lax/)
    assert.match(cookie, /; (Expires|Max-Age)=/)
    assert.doesNotMatch(cookie, /Secure|Domain/)
  }
  assert.equal((await browser.get('/signin')).status, 303)
})

test('over https the cookies are bound to this host', async () => {
  await using pages = await startWithAna({ isSecure: true })
  const browser = openBrowser(pages.app)
  const answer = await browser.submit(await browser.get('/signin'), '/signin', ana)
  assert.equal(answer.setCookies.length, 2)
  for (const cookie of answer.setCookies) assert.match(cookie, /^__Host-onpatient_\w+=[^;]+;.*; Secure/)
})

test('a wrong password and an unknown address get the same answer, with the address kept', async () => {
  await using pages = await startWithAna()
  const browser = openBrowser(pages.app)
  const form = await browser.get('/signin')
  const wrong = await browser.submit(form, '/signin', { ...ana, password: 'nine loud herons' })
  const unknown = await browser.submit(form, '/signin', { ...ana, email: 'ben@lindqvist.example' })
  assert.equal(wrong.status, 401)
  assert.equal(unknown.status, 401)
  assert.match(wrong.body, /value="ana@lindqvist\.example"/)
  assert.match(wrong.body, /<p class="field-error" id="password-error">/)
  assert.match(wrong.body, /<title>Error: /)
  assert.doesNotMatch(wrong.body, /nine loud herons/)
  const anonymous = (body: string): string =>
    body.replace(/ana@|ben@/g, '').replace(/name="_csrf" value="[^"]*"/g, '')
  assert.equal(anonymous(unknown.body), anonymous(wrong.body))
  assert.deepEqual([...browser.cookies.keys()], ['onpatient_form'])
})

test('each empty field is named', async () => {
  await using pages = await startWithAna()
  const browser = openBrowser(pages.app)
  const answer = await browser.submit(await browser.get('/signin'), '/signin', { email: ' ', password: '' })
  assert.equal(answer.status, 400)
  assert.match(answer.body, /id="email-error">Enter your e-mail address</)
  assert.match(answer.body, /id="password-error">Enter your password</)
})

test('a doubled field counts as empty, not as a fault', async () => {
  await using pages = await startWithAna()
  const browser = openBrowser(pages.app)
  const form = await browser.get('/signin')
  const [, csrf = ''] = form.body.match(/name="_csrf" value="([^"]*)"/) ?? []
  const answer = await pages.app.inject({
    method: 'POST',
    url: '/signin',
    headers: {
      cookie: `onpatient_form=${browser.cookies.get('onpatient_form')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    payload: `_csrf=${encodeURIComponent(csrf)}&email=a%40b.example&email=c%40d.example&password=x`,
  })
  assert.equal(answer.statusCode, 400)
})

test('guessing ends in 429 with a time to wait, while a browser that Ana used before still gets in', async () => {
  await using pages = await startWithAna()
  const own = openBrowser(pages.app, '192.0.2.10')
  await own.submit(await own.get('/signin'), '/signin', ana)
  await own.submit(await own.get('/signin?switch=1'), '/signout')

  const stranger = openBrowser(pages.app, '198.51.100.66')
  let answer = await stranger.get('/signin')
  for (let tries = 0; tries < 60 && answer.status !== 429; tries++) {
    answer = await stranger.submit(answer, '/signin', { ...ana, password: `guess number ${tries}` })
  }
  assert.equal(answer.status, 429)
  assert.match(String(answer.headers['retry-after']), /^[1-9]\d*$/)
  assert.match(answer.body, /role="alert"/)

  assert.equal((await own.submit(await own.get('/signin'), '/signin', ana)).status, 303)
})

test('every sign-in has a new token, and one that was planted before stays worthless', async () => {
  await using pages = await startWithAna()
  const browser = openBrowser(pages.app)
  browser.cookies.set('onpatient_sign_in', 'si_planted')
  await browser.submit(await browser.get('/signin'), '/signin', ana)
  const first = browser.cookies.get('onpatient_sign_in')
  assert.ok(first && first !== 'si_planted')
  const thief = openBrowser(pages.app)
  thief.cookies.set('onpatient_sign_in', 'si_planted')
  assert.equal((await thief.get('/signin')).status, 200)

  await browser.submit(await browser.get('/signin?switch=1'), '/signout')
  await browser.submit(await browser.get('/signin'), '/signin', ana)
  assert.notEqual(browser.cookies.get('onpatient_sign_in'), first)
})

test('sign-out ends the sign-in in the database, not only the cookie', async () => {
  await using pages = await startWithAna()
  const browser = openBrowser(pages.app)
  await browser.submit(await browser.get('/signin'), '/signin', ana)
  const token = browser.cookies.get('onpatient_sign_in') ?? ''
  const answer = await browser.submit(await browser.get('/signin?switch=1'), '/signout', { next: '' })
  assert.equal(answer.status, 303)
  assert.equal(answer.location, '/signin?signed-out=1')
  assert.equal(browser.cookies.has('onpatient_sign_in'), false)
  assert.equal(await pages.accounts.findSignIn(token), undefined)
  assert.match((await browser.get('/signin?signed-out=1')).body, /You are signed out/)
})

test('after the sign-in the person is where they wanted to be', async () => {
  await using pages = await startWithAna()
  const browser = openBrowser(pages.app)
  const next = '/account/settings?tab=a&b="c"'
  const form = await browser.get(`/signin?next=${encodeURIComponent(next)}`)
  const failed = await browser.submit(form, '/signin', { ...ana, password: 'wrong password' })
  assert.equal((await browser.submit(failed, '/signin', ana)).location, next)
  assert.equal((await browser.get(`/signin?next=${encodeURIComponent(next)}`)).location, next)
})

test('no next leads to another site, neither before nor after the sign-in', async () => {
  await using pages = await startWithAna()
  for (const trap of [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
  ]) {
    const browser = openBrowser(pages.app)
    const form = await browser.get(`/signin?next=${encodeURIComponent(trap)}`)
    assert.doesNotMatch(form.body, /evil/)
    const answer = await browser.submit(form, '/signin', { ...ana, next: trap })
    assert.equal(answer.location, '/', trap)
    assert.equal((await browser.get(`/signin?next=${encodeURIComponent(trap)}`)).location, '/', trap)
    const signedOut = await browser.submit(await browser.get('/signin?switch=1'), '/signout', { next: trap })
    assert.equal(signedOut.location, '/signin?signed-out=1', trap)
  }
})

test('on the way to an application the form may end there, and a pop-up keeps its opener', async () => {
  await using pages = await startWithAna()
  const browser = openBrowser(pages.app)
  const form = await browser.get(`/signin?next=${encodeURIComponent('/o/authorize/?client_id=app_1')}`)
  const answer = await browser.submit(form, '/signin', ana)
  assert.equal(answer.location, '/o/authorize/?client_id=app_1')
  for (const { headers } of [form, answer]) {
    // Any scheme: that of a program on the person's device can be named by no source.
    assert.doesNotMatch(String(headers['content-security-policy']), /form-action/)
    assert.equal(headers['cross-origin-opener-policy'], 'unsafe-none')
  }
})

test('who is signed in already may go on or become someone else', async () => {
  await using pages = await startWithAna()
  const browser = openBrowser(pages.app)
  await browser.submit(await browser.get('/signin'), '/signin', ana)
  const question = await browser.get('/signin?switch=1&next=%2Fo%2Fauthorize%2F%3Fa%3Db')
  assert.match(question.body, /Go on as Ana Lindqvist\?/)
  assert.match(question.body, /href="\/o\/authorize\/\?a=b"/)
  const answer = await browser.submit(question, '/signout')
  assert.equal(answer.location, '/signin?next=%2Fo%2Fauthorize%2F%3Fa%3Db')
})
