import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBrowser } from './open-browser.ts'
import { startPages } from './start-pages.ts'

const rosa = { displayName: 'Rosa Okafor', email: 'rosa@okafor.example' }
const password = 'eleven paper boats'

test('the first page offers the three ways to begin', async () => {
  await using pages = await startPages()
  const { status, body } = await openBrowser(pages.app).get('/signup')
  assert.equal(status, 200)
  for (const kind of ['person', 'practice', 'developer'])
    assert.match(body, new RegExp(`href="/signup/${kind}"`))
})

test('a practice signs up: account, practice and its first provider exist once the button is pressed', async () => {
  await using pages = await startPages()
  const browser = openBrowser(pages.app)
  const form = await browser.get('/signup/practice')
  const sent = await browser.submit(form, '/signup/practice', {
    ...rosa,
    practiceName: 'Okafor Family Medicine',
  })
  assert.equal(sent.status, 303)
  assert.equal(sent.location, '/signup/check-mail')
  assert.equal(await pages.accounts.findByEmail(rosa.email), undefined)

  const link = await pages.findMailedPath(rosa.email)
  const confirm = await browser.get(link)
  assert.match(confirm.body, /Rosa Okafor/)
  assert.match(confirm.body, /Okafor Family Medicine/)
  assert.equal(confirm.headers['referrer-policy'], 'no-referrer')
  assert.equal(
    await pages.accounts.findByEmail(rosa.email),
    undefined,
    'a scanner that follows links redeems nothing',
  )

  const done = await browser.submit(confirm, '/signup/finish', { password })
  assert.equal(done.status, 303)
  assert.equal(done.location, '/')
  const account = await pages.accounts.findByEmail(rosa.email)
  assert.ok(account)
  const [association] = await pages.practices.listAssociations(account.id)
  assert.equal(association?.role, 'provider')
  assert.equal(association?.practice.name, 'Okafor Family Medicine')
  assert.equal((await browser.get('/signin')).status, 303, 'the browser is signed in')
})

test('a developer gets a sandbox and lands where applications are registered', async () => {
  await using pages = await startPages()
  const browser = openBrowser(pages.app)
  await browser.submit(await browser.get('/signup/developer'), '/signup/developer', rosa)
  const done = await browser.submit(
    await browser.get(await pages.findMailedPath(rosa.email)),
    '/signup/finish',
    {
      password,
    },
  )
  assert.equal(done.location, '/account/settings/applications')
  const account = await pages.accounts.findByEmail(rosa.email)
  const associations = await pages.practices.listAssociations(account?.id ?? '')
  assert.ok(associations.some(({ role, practice }) => role === 'provider' && practice.kind === 'sandbox'))
})

test('a person gets a plain account, associated with nobody', async () => {
  await using pages = await startPages()
  const browser = openBrowser(pages.app)
  await browser.submit(await browser.get('/signup/person'), '/signup/person', rosa)
  const done = await browser.submit(
    await browser.get(await pages.findMailedPath(rosa.email)),
    '/signup/finish',
    {
      password,
    },
  )
  assert.equal(done.location, '/')
  const account = await pages.accounts.findByEmail(rosa.email)
  assert.deepEqual(await pages.practices.listAssociations(account?.id ?? ''), [])
})

test('a link works once', async () => {
  await using pages = await startPages()
  const browser = openBrowser(pages.app)
  await browser.submit(await browser.get('/signup/person'), '/signup/person', rosa)
  const link = await pages.findMailedPath(rosa.email)
  const confirm = await browser.get(link)
  await browser.submit(confirm, '/signup/finish', { password })
  const other = openBrowser(pages.app)
  const again = await other.get(link)
  assert.equal(again.status, 410)
  assert.match(again.body, /This link no longer works/)
  assert.match(again.body, /href="\/signin"/)
})

test('an unknown, empty or doubled link is 410, never a fault', async () => {
  await using pages = await startPages()
  const browser = openBrowser(pages.app)
  for (const query of [
    '',
    '?token=',
    '?token=lnk_unknown',
    '?token=a&token=b',
    `?token=${'x'.repeat(5000)}`,
  ]) {
    assert.equal((await browser.get(`/signup/finish${query}`)).status, 410, query)
  }
  const form = await browser.get('/signup/person')
  const { _csrf = '' } = Object.fromEntries(
    [...form.body.matchAll(/name="(_csrf)" value="([^"]*)"/g)].map((m) => [m[1], m[2]]),
  )
  assert.equal((await browser.post('/signup/finish', { _csrf, token: 'lnk_unknown', password })).status, 410)
})

test('a known address gets the same answer, and no second account', async () => {
  await using pages = await startPages()
  await pages.accounts.create({ ...rosa, password })
  const browser = openBrowser(pages.app)
  const form = await browser.get('/signup/developer')
  const known = await browser.submit(form, '/signup/developer', rosa)
  const unknown = await browser.submit(form, '/signup/developer', { ...rosa, email: 'new@okafor.example' })
  assert.deepEqual([known.status, known.location], [unknown.status, unknown.location])
})

test('what was typed is kept beside its error', async () => {
  await using pages = await startPages()
  const browser = openBrowser(pages.app)
  const form = await browser.get('/signup/practice')
  const empty = await browser.submit(form, '/signup/practice', {
    displayName: 'Rosa "R" Okafor',
    practiceName: '',
    email: '',
  })
  assert.equal(empty.status, 400)
  for (const name of ['practiceName', 'email']) assert.match(empty.body, new RegExp(`id="${name}-error"`))
  assert.match(empty.body, /value="Rosa &quot;R&quot; Okafor"/)
  assert.doesNotMatch(empty.body, /id="displayName-error"/)
  const bad = await browser.submit(form, '/signup/practice', {
    ...rosa,
    practiceName: 'P',
    email: 'not an address',
  })
  assert.equal(bad.status, 400)
  assert.match(bad.body, /id="email-error"/)
  assert.deepEqual(await pages.outbox.list(), [])
})

test('the password is chosen behind the link alone, by the one who has the mail', async () => {
  await using pages = await startPages()
  // A stranger signs up with the address of somebody else, and sends a password of their own along.
  const stranger = openBrowser(pages.app)
  for (const kind of ['person', 'practice', 'developer']) {
    const form = await stranger.get(`/signup/${kind}`)
    assert.doesNotMatch(form.body, /name="password"/)
    const early = { ...rosa, practiceName: 'Trap', password: 'chosen by a stranger' }
    assert.equal((await stranger.submit(form, `/signup/${kind}`, early)).status, 303)
  }
  const owner = openBrowser(pages.app, '192.0.2.2')
  const page = await owner.get(await pages.findMailedPath(rosa.email))
  assert.match(page.body, /id="password"[^>]*autocomplete="new-password"/)
  for (const [typed, words] of [
    ['', /id="password-error"[\s\S]*Choose a password/],
    ['short', /id="password-error"[\s\S]*at least 8 characters/],
  ] as const) {
    const answer = await owner.submit(page, '/signup/finish', { password: typed })
    assert.equal(answer.status, 400)
    assert.match(answer.body, words)
    assert.doesNotMatch(answer.body, /value="short"/)
  }
  assert.equal(await pages.accounts.findByEmail(rosa.email), undefined)
  assert.equal((await owner.submit(page, '/signup/finish', { password })).status, 303)
  const signIn = await stranger.get('/signin')
  const early = { email: rosa.email, password: 'chosen by a stranger' }
  assert.equal((await stranger.submit(signIn, '/signin', early)).status, 401)
})

test('the page after it says where the mail is, on a development server alone', async () => {
  await using development = await startPages()
  assert.match((await openBrowser(development.app).get('/signup/check-mail')).body, /href="\/outbox"/)
  await using production = await startPages({ isProduction: true })
  assert.doesNotMatch((await openBrowser(production.app).get('/signup/check-mail')).body, /outbox/)
})

const byInvitation = { practice: 'invitation', developer: 'invitation' } as const
const pathOf = (link: string, { portalUrl }: { portalUrl: string }) => link.slice(portalUrl.length)

test('by invitation the first practice opens freely, and a further one by a link that works once', async () => {
  await using pages = await startPages({ rules: byInvitation })
  const browser = openBrowser(pages.app)
  const signUp = async (path: string, email: string, from = browser) => {
    const form = await from.get(path)
    const sent = await from.submit(form, '/signup/practice', { ...rosa, email, practiceName: 'Oak' })
    assert.equal(sent.location, '/signup/check-mail', sent.body)
    const confirm = await from.get(await pages.findMailedPath(email))
    return from.submit(confirm, '/signup/finish', { password })
  }
  // Two strangers ask while there is none; the link of the second comes too late.
  const late = openBrowser(pages.app, '192.0.2.7')
  const form = await late.get('/signup/practice')
  await late.submit(form, '/signup/practice', { ...rosa, email: 'late@oak.example', practiceName: 'Late' })
  assert.equal((await signUp('/signup/practice', 'first@oak.example')).status, 303)
  const confirm = await late.get(await pages.findMailedPath('late@oak.example'))
  const refused = await late.submit(confirm, '/signup/finish', { password })
  assert.equal(refused.status, 403)
  assert.match(refused.body, /needs an invitation of whoever runs this server/)
  assert.equal(await pages.accounts.findByEmail('late@oak.example'), undefined)

  const stranger = openBrowser(pages.app, '192.0.2.8')
  const closed = await stranger.get('/signup/practice')
  assert.equal(closed.status, 403)
  assert.match(closed.body, /New practices come by invitation/)
  assert.equal((await stranger.post('/signup/practice', { ...rosa, practiceName: 'Oak' })).status, 403)
  const choice = await stranger.get('/signup')
  assert.doesNotMatch(choice.body, /href="\/signup\/(practice|developer)"/)
  assert.match(choice.body, /By invitation/)

  const { link } = await pages.admission.invite('practice', { days: 7 })
  const path = pathOf(link, pages)
  assert.equal((await stranger.get(path.replace('practice', 'developer'))).status, 403, 'for what it is made')
  const [one, other] = [openBrowser(pages.app, '192.0.2.9'), openBrowser(pages.app, '192.0.2.10')]
  const otherForm = await other.get(path)
  await other.submit(otherForm, '/signup/practice', { ...rosa, email: 'b@oak.example', practiceName: 'B' })
  assert.equal((await signUp(path, 'a@oak.example', one)).status, 303)
  const second = await other.submit(
    await other.get(await pages.findMailedPath('b@oak.example')),
    '/signup/finish',
    {
      password,
    },
  )
  assert.equal(second.status, 403)
  assert.equal((await stranger.get(path)).status, 403)
  assert.equal((await pages.practices.list()).length, 2)
})

test('an invitation comes by mail, fills in its address, expires, and survives a password that is refused', async () => {
  await using pages = await startPages({ rules: byInvitation })
  await pages.admission.invite('developer', { email: 'dev@oak.example', days: 3 })
  const path = await pages.outbox
    .list()
    .then(([mail]) => /http\S+invitation=\S+/.exec(mail?.text ?? '')?.[0] ?? '')
  const browser = openBrowser(pages.app)
  const form = await browser.get(pathOf(path, pages))
  assert.match(form.body, /value="dev@oak\.example"/)
  await browser.submit(form, '/signup/developer', { ...rosa, email: 'dev@oak.example' })
  const confirm = await browser.get(await pages.findMailedPath('dev@oak.example'))
  assert.equal((await browser.submit(confirm, '/signup/finish', { password: 'short' })).status, 400)
  assert.equal((await browser.submit(confirm, '/signup/finish', { password })).status, 303)
  const { link } = await pages.admission.invite('developer', { days: 3 })
  pages.clock.forward(3 * 86_400 + 1)
  assert.equal((await openBrowser(pages.app).get(pathOf(link, pages))).status, 403)
})

test('who is signed in and invited opens a practice with the account that is there', async () => {
  await using pages = await startPages({ rules: byInvitation })
  const account = await pages.accounts.create({ ...rosa, password })
  await pages.practices.createForProvider(account, 'Elm')
  const browser = openBrowser(pages.app)
  await browser.submit(await browser.get('/signin'), '/signin', { email: rosa.email, password })
  const { link } = await pages.admission.invite('practice', { days: 7 })
  const page = await browser.get(pathOf(link, pages))
  assert.match(page.body, /You are signed in and invited/)
  assert.equal((await browser.submit(page, '/signup/practice', { practiceName: '' })).status, 400)
  assert.equal((await browser.submit(page, '/signup/practice', { practiceName: 'Oak' })).location, '/')
  assert.equal((await browser.submit(page, '/signup/practice', { practiceName: 'Ash' })).status, 403)
  const names = (await pages.practices.list()).map(({ name }) => name)
  assert.deepEqual(names.sort(), ['Elm', 'Oak'])
})

test('what is closed is offered to nobody, and an invitation to it is refused', async () => {
  await using pages = await startPages({ rules: { practice: 'closed', developer: 'closed' } })
  const browser = openBrowser(pages.app)
  for (const kind of ['practice', 'developer'] as const) {
    const { status, body } = await browser.get(`/signup/${kind}`)
    assert.equal(status, 403)
    assert.match(body, /No new (practices|sandboxes) here/)
    await assert.rejects(pages.admission.invite(kind, { days: 7 }), { code: 'not-allowed' })
  }
  const { body } = await browser.get('/signup')
  assert.match(body, /href="\/signup\/person"/)
  assert.doesNotMatch(body, /practice"|By invitation/)
})
