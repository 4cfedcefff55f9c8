import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stylesheetPath } from '#server/pages/assets.ts'
import { openBrowser, readHiddenFields } from './open-browser.ts'
import { startPages } from './start-pages.ts'

const pagePaths = [
  '/signin',
  '/signin?next=/o/authorize/',
  '/signup',
  '/signup/person',
  '/signup/practice',
  '/signup/developer',
  '/signup/check-mail',
  '/signup/finish?token=lnk_unknown',
  '/signin?passkey=refused',
  '/reset',
  '/reset/check-mail',
  '/reset/finish?token=lnk_any',
  '/account/email/confirm?token=lnk_any',
  '/account/email/confirmed',
  '/account/closed',
  '/invitation?token=lnk_unknown',
  '/outbox',
  '/no-such-page',
]

const formPaths = ['/signin', '/signup/person', '/signup/practice', '/signup/developer', '/reset']

const postPaths = [
  ...formPaths,
  '/signup/finish',
  '/reset/finish',
  '/account/email/confirm',
  '/invitation',
  '/signout',
  '/signin/code',
  '/signin/cancel',
  '/signin/passkey',
  '/signin/passkey/options',
  '/signin/code/passkey',
  '/signin/code/passkey/options',
  '/account/confirm',
  '/account/confirm/passkey',
  '/account/confirm/passkey/options',
]

test('every page is light, free of inline code, labelled and kept out of caches', async () => {
  await using pages = await startPages()
  const browser = openBrowser(pages.app)
  const stylesheet = await browser.get(stylesheetPath)
  for (const path of pagePaths) {
    const { body, headers } = await browser.get(path)
    assert.ok(
      body.length + stylesheet.body.length < 50_000,
      `${path} weighs ${body.length + stylesheet.body.length}`,
    )
    assert.doesNotMatch(
      body,
      /<script(?! src="\/assets\/passkey-\w+\.js" type="module"><\/script>)|<style|\sstyle=|\son[a-z]+="|javascript:/i,
      path,
    )
    assert.equal(headers['content-type'], 'text/html; charset=utf-8', path)
    assert.match(String(headers['content-security-policy']), /^default-src 'none';style-src 'self';/, path)
    assert.equal(headers['x-content-type-options'], 'nosniff', path)
    assert.equal(headers['cache-control'], 'no-store', path)
    assert.equal(headers['referrer-policy'], path.includes('token=') ? 'no-referrer' : 'same-origin', path)
    assert.equal(body.match(/<h1>/g)?.length, 1, path)
    assert.equal(body.match(/<main /g)?.length, 1, path)
    const inputs = body.matchAll(/<input id="([^"]+)"/g)
    for (const [, id] of inputs) assert.match(body, new RegExp(`<label for="${id}">`), path)
  }
})

const signInForms = new Set(['/signin', '/signin/code', '/signin/passkey', '/signin/code/passkey'])

const linkPaths = {
  '/signup/finish': '/signin',
  '/reset/finish': '/reset',
  '/account/email/confirm': '/account/settings',
  '/invitation': '/signin',
  '/mail/stop': '/',
}

test('a link that was invented, cut off or doubled is 410 at once, with the way on', async () => {
  await using pages = await startPages()
  const browser = openBrowser(pages.app)
  const { _csrf = '' } = readHiddenFields((await browser.get('/signin')).body, '/signin')
  for (const [path, wayOn] of Object.entries(linkPaths)) {
    const answers = [
      ...(await Promise.all(
        [
          '?token=lnk_invented',
          '?token=',
          '',
          '?token=lnk_a&token=lnk_b',
          '?token=%00',
          '?token=%E2%80%AE',
        ].map((query) => browser.get(`${path}${query}`)),
      )),
      await browser.post(path, { _csrf, token: 'lnk_invented', password: 'long enough password' }),
      await browser.post(path, { _csrf, token: 'lnk_invented' }),
      await browser.post(path, { _csrf }),
    ]
    for (const { status, body } of answers) {
      assert.equal(status, 410, `${path}: ${body.slice(0, 300)}`)
      assert.match(body, new RegExp(`class="button[^"]*" href="${wayOn}"`), path)
      assert.doesNotMatch(body, /<main[\s\S]*<form[\s\S]*<\/main>/, `${path} shows no form`)
    }
  }
})

test('a form with a password names the account for password managers, where it is known', async () => {
  await using pages = await startPages()
  const { accounts } = pages
  const ana = { email: 'ana@lindqvist.example', password: 'seven quiet herons', displayName: 'Ana' }
  const newcomer = { email: 'new@lindqvist.example', displayName: 'New', intent: { kind: 'person' } as const }
  await accounts.create(ana)
  const visitor = { ip: '192.0.2.1', userAgent: 'Firefox' }
  await accounts.startSignUp({ ...newcomer, visitor })
  const signUp = await pages.findMailedPath(newcomer.email)
  await accounts.startPasswordReset(ana.email, visitor)
  const reset = await pages.findMailedPath(ana.email)
  const browser = openBrowser(pages.app)
  await browser.submit(await browser.get('/signin'), '/signin', ana)
  for (const [path, email, action] of [
    ['/account/confirm', ana.email, '/account/confirm'],
    [reset, ana.email, '/reset/finish'],
    [signUp, newcomer.email, '/signup/finish'],
  ] as const) {
    const page = await browser.get(path)
    const refused = await browser.submit(page, action, { password: 'no' })
    for (const { body } of [page, refused]) {
      const [field = ''] = /<input class="visually-hidden"[^>]*>/.exec(body) ?? []
      assert.match(field, new RegExp(`value="${email}" autocomplete="username" readonly`), path)
      assert.ok(body.indexOf(field) < body.indexOf('type="password"'), 'before the password')
    }
  }
})

test('a form without its token, or with that of another browser, is refused', async () => {
  await using pages = await startPages()
  const stranger = openBrowser(pages.app)
  const { _csrf: foreign = '' } = readHiddenFields((await stranger.get('/signin')).body, '/signin')
  assert.notEqual(foreign, '')
  for (const path of postPaths) {
    const browser = openBrowser(pages.app)
    assert.equal((await browser.post(path, {})).status, 403, `${path} without cookie`)
    await browser.get('/signin')
    // The forms of the sign-in are shown anew: another tab may have signed in or out meanwhile.
    const status = signInForms.has(path) ? 303 : 403
    assert.equal((await browser.post(path, {})).status, status, `${path} without token`)
    const answer = await browser.post(path, { _csrf: foreign, email: 'a@b.example', password: 'x' })
    if (status === 303) assert.match(String(answer.location), /^\/signin\?next=/)
    if (status === 303) continue
    assert.equal(answer.status, 403, `${path} with a foreign token`)
    assert.match(answer.body, /<h1>/, 'the refusal is a page')
  }
})

test('a token from before the sign-in does not serve after it', async () => {
  await using pages = await startPages()
  const ana = { email: 'ana@lindqvist.example', password: 'seven quiet herons', displayName: 'Ana' }
  await pages.accounts.create(ana)
  const browser = openBrowser(pages.app)
  const form = await browser.get('/signin')
  await browser.submit(form, '/signin', ana)
  const { _csrf = '' } = readHiddenFields(form.body, '/signin')
  assert.equal((await browser.post('/signout', { _csrf })).status, 403)
})

test('an oversized or unreadable form is refused, never a fault', async () => {
  await using pages = await startPages()
  const browser = openBrowser(pages.app)
  for (const path of formPaths) {
    const form = await browser.get(path)
    const big = await browser.submit(form, path, { email: 'x'.repeat(100_000) })
    assert.equal(big.status, 400, path)
    const json = await pages.app.inject({
      method: 'POST',
      url: path,
      headers: { 'content-type': 'image/png' },
      payload: 'x',
    })
    assert.equal(json.statusCode, 400, path)
  }
})

test('the outbox shows mails as text, with links to this portal alone', async () => {
  await using pages = await startPages()
  const browser = openBrowser(pages.app)
  assert.match((await browser.get('/outbox')).body, /No mail yet/)
  await pages.outbox.send({ to: 'a@b.example', subject: 'First', text: 'x' })
  await pages.outbox.send({
    to: 'a@b.example',
    subject: 'Second <b>',
    text: `Open\n${pages.portalUrl}/reset/finish?token=lnk_1&a="b"\nnot ${pages.portalUrl}.evil.example/ nor https://evil.example/ nor javascript:alert(1) <img src=x>`,
  })
  const { body } = await browser.get('/outbox')
  assert.ok(body.indexOf('Second &lt;b&gt;') < body.indexOf('First'), 'newest first')
  const links = [...body.matchAll(/<a href="(http[^"]*)"/g)].map(([, href]) => href)
  assert.deepEqual(links, [`${pages.portalUrl}/reset/finish?token=lnk_1&amp;a=&quot;b&quot;`])
  assert.doesNotMatch(body, /<img/)
})

test('in production there is no outbox page', async () => {
  await using pages = await startPages({ isProduction: true })
  assert.equal((await openBrowser(pages.app).get('/outbox')).status, 404)
})
