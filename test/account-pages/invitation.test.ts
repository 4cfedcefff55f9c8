import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBrowser } from './open-browser.ts'
import { startPages } from './start-pages.ts'

const mia = { displayName: 'Mia Torres', password: 'fourteen kind foxes', birthDate: '1988-04-17' }
const address = 'mia@torres.example'

async function startWithInvitation(role: 'patient' | 'proxy' = 'patient') {
  const pages = await startPages()
  const practice = await pages.invitePatient({ email: address, birthDate: mia.birthDate, role })
  return { ...pages, practice, link: pages.findMailedPath(address) }
}

test('the page names the practice and asks for the date of birth, and never names the patient', async () => {
  await using pages = await startWithInvitation()
  const page = await openBrowser(pages.app).get(pages.link)
  assert.equal(page.status, 200)
  assert.match(page.body, new RegExp(`${pages.practice.name} invites you`))
  assert.match(page.body, /<input id="birthDate" name="birthDate" type="date"/)
  assert.match(page.body, /value="mia@torres\.example"[^>]* readonly/)
  assert.doesNotMatch(page.body, /Torres|1988/)
  assert.equal(page.headers['referrer-policy'], 'no-referrer')
})

test('a newcomer makes an account on the page and the record opens', async () => {
  await using pages = await startWithInvitation()
  const browser = openBrowser(pages.app)
  const done = await browser.submit(await browser.get(pages.link), '/invitation', mia)
  assert.deepEqual([done.status, done.location], [303, '/'])
  const account = await pages.accounts.findByEmail(address)
  assert.equal(account?.displayName, 'Mia Torres')
  const [association] = await pages.practices.listAssociations(account?.id ?? '')
  assert.equal(association?.role, 'patient')
  assert.equal(association?.practice.id, pages.practice.id)
  assert.equal((await browser.get('/signin')).status, 303, 'the browser is signed in')
  assert.equal((await browser.get(pages.link)).status, 410)
})

test('a wrong date of birth creates nothing, keeps what was typed, and says that tries are few', async () => {
  await using pages = await startWithInvitation()
  const browser = openBrowser(pages.app)
  const answer = await browser.submit(await browser.get(pages.link), '/invitation', {
    ...mia,
    birthDate: '1988-04-18',
  })
  assert.equal(answer.status, 400)
  assert.match(answer.body, /id="birthDate-error"/)
  assert.match(answer.body, /value="Mia Torres"/)
  assert.match(answer.body, /Only a few tries are possible/)
  assert.equal(await pages.accounts.findByEmail(address), undefined)
  assert.equal(browser.cookies.has('onpatient_sign_in'), false)
  assert.equal((await browser.submit(answer, '/invitation', mia)).status, 303)
})

test('after five wrong dates the invitation ends, for the right date too', async () => {
  await using pages = await startWithInvitation()
  const browser = openBrowser(pages.app)
  const form = await browser.get(pages.link)
  for (let day = 1; day <= 5; day++)
    await browser.submit(form, '/invitation', { ...mia, birthDate: `1990-01-0${day}` })
  assert.equal((await browser.submit(form, '/invitation', mia)).status, 410)
  assert.equal(await pages.accounts.findByEmail(address), undefined)
})

test('a password that is too short creates nothing and costs no invitation', async () => {
  await using pages = await startWithInvitation()
  const browser = openBrowser(pages.app)
  const form = await browser.get(pages.link)
  const answer = await browser.submit(form, '/invitation', { ...mia, password: 'short' })
  assert.equal(answer.status, 400)
  assert.match(answer.body, /id="password-error"/)
  assert.equal(await pages.accounts.findByEmail(address), undefined)
  assert.equal((await browser.submit(form, '/invitation', mia)).status, 303)
})

test('odd dates are refused with a reason, never a fault', async () => {
  await using pages = await startWithInvitation()
  const browser = openBrowser(pages.app)
  const form = await browser.get(pages.link)
  for (const birthDate of ['', '17.04.1988', '1988-13-45', 'x'.repeat(2000)]) {
    const answer = await browser.submit(form, '/invitation', { ...mia, birthDate })
    assert.equal(answer.status, 400, birthDate)
    assert.match(answer.body, /id="birthDate-error"/)
  }
})

test('an account that exists signs in and comes back without the secret standing in an address', async () => {
  await using pages = await startWithInvitation()
  await pages.accounts.create({ email: 'mia@work.example', password: mia.password, displayName: 'Mia T.' })
  const browser = openBrowser(pages.app)
  const page = await browser.get(pages.link)
  assert.match(page.body, /href="\/signin\?next=%2Finvitation"/)
  const signIn = await browser.get('/signin?next=%2Finvitation')
  const signedIn = await browser.submit(signIn, '/signin', {
    email: 'mia@work.example',
    password: mia.password,
  })
  assert.equal(signedIn.location, '/invitation')
  const back = await browser.get('/invitation')
  assert.match(back.body, /opens in the account of <strong>Mia T\.<\/strong>/)
  assert.doesNotMatch(back.body, /id="password"/)
  const done = await browser.submit(back, '/invitation', { birthDate: mia.birthDate })
  assert.equal(done.status, 303)
  const account = await pages.accounts.findByEmail('mia@work.example')
  assert.equal((await pages.practices.listAssociations(account?.id ?? '')).length, 1)
  assert.equal(browser.cookies.has('onpatient_invitation'), false)
})

test('an invited address that has an account is asked to sign in, after the date of birth', async () => {
  await using pages = await startWithInvitation()
  await pages.accounts.create({ email: address, password: 'an older password', displayName: 'Mia' })
  const browser = openBrowser(pages.app)
  const answer = await browser.submit(await browser.get(pages.link), '/invitation', mia)
  assert.equal(answer.status, 409)
  assert.match(answer.body, /role="alert"[\s\S]*You have an account with mia@torres\.example already/)
  assert.match(answer.body, /href="\/signin\?next=%2Finvitation"/)
})

test('a parent is asked for the date of birth of the child', async () => {
  await using pages = await startWithInvitation('proxy')
  assert.match((await openBrowser(pages.app).get(pages.link)).body, /The patient’s date of birth/)
})

test('an unknown or missing link is 410, never a fault', async () => {
  await using pages = await startWithInvitation()
  for (const query of ['', '?token=lnk_unknown', '?token=a&token=b']) {
    assert.equal((await openBrowser(pages.app).get(`/invitation${query}`)).status, 410, query)
  }
})
