import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBrowser } from './open-browser.ts'
import { startPages } from './start-pages.ts'

const mia = { displayName: 'Mia Torres', password: 'fourteen kind foxes', birthDate: '1988-04-17' }
const address = 'mia@torres.example'

async function startWithInvitation(role: 'patient' | 'proxy' = 'patient') {
  const pages = await startPages()
  const practice = await pages.invitePatient({ email: address, birthDate: mia.birthDate, role })
  return { ...pages, practice, link: await pages.findMailedPath(address) }
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

async function acceptAs(pages: Awaited<ReturnType<typeof startWithInvitation>>, email: string) {
  await pages.accounts.create({ email, password: mia.password, displayName: 'Mia T.' })
  const browser = openBrowser(pages.app)
  const page = await browser.get(pages.link)
  assert.match(page.body, /href="\/signin\?next=%2Finvitation"/)
  const signIn = await browser.get('/signin?next=%2Finvitation')
  const signedIn = await browser.submit(signIn, '/signin', { email, password: mia.password })
  assert.equal(signedIn.location, '/invitation')
  const back = await browser.get('/invitation')
  assert.match(back.body, /opens in the account of <strong>Mia T\.<\/strong>/)
  assert.doesNotMatch(back.body, /id="password"/)
  const done = await browser.submit(back, '/invitation', { birthDate: mia.birthDate })
  assert.equal(done.status, 303)
  assert.equal(browser.cookies.has('onpatient_invitation'), false)
  const { id } = (await pages.accounts.findByEmail(email)) ?? { id: '' }
  const associations = () => pages.practices.listAssociations(id)
  return { browser, back, done, associations, accountId: id }
}

test('an account of the invited address signs in and comes back without the secret standing in an address', async () => {
  await using pages = await startWithInvitation()
  const { done, associations } = await acceptAs(pages, address)
  assert.equal(done.location, '/')
  assert.equal((await associations()).length, 1)
})

test('an account of another address waits until the practice has confirmed, and nobody else can accept', async () => {
  await using pages = await startWithInvitation()
  const { browser, back, done, associations, accountId } = await acceptAs(pages, 'mia@work.example')
  assert.match(back.body, /went to another address, so the practice confirms first/)
  assert.equal(done.location, '/invitation/waiting')
  const waiting = await browser.get('/invitation/waiting')
  assert.match(waiting.body, /Waiting for the practice/)
  assert.match(waiting.body, new RegExp(pages.practice.name))
  assert.deepEqual(await associations(), [])
  assert.equal((await openBrowser(pages.app).get(pages.link)).status, 410)
  assert.equal((await openBrowser(pages.app).get('/invitation/waiting')).location, '/signin')

  const [invitation] = (await pages.practices.listInvitations(pages.practice.id)).invitations
  assert.deepEqual(
    [invitation?.claim?.email, invitation?.claim?.displayName, invitation?.email],
    ['mia@work.example', 'Mia T.', address],
  )
  const other = await pages.practices.create({ name: 'Elsewhere', kind: 'practice' })
  const confirm = (practiceId: string) => pages.practices.confirmClaim(practiceId, invitation?.id ?? '')
  await assert.rejects(confirm(other.id), { code: 'not-found' })
  const both = await Promise.allSettled([confirm(pages.practice.id), confirm(pages.practice.id)])
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  const opened = await associations()
  assert.deepEqual(
    opened.map(({ role, patientId }) => [role, patientId]),
    [['patient', invitation?.patientId]],
  )
  assert.deepEqual((await pages.practices.listWaitingInvitations(accountId)).invitations, [])
  assert.deepEqual((await pages.practices.listInvitations(pages.practice.id)).invitations, [])
  assert.equal((await browser.get('/invitation/waiting')).location, '/')
})

test('what the practice refuses, or does not confirm in time, opens nothing', async () => {
  for (const end of ['refuse', 'wait'] as const) {
    await using pages = await startWithInvitation()
    const { associations, accountId } = await acceptAs(pages, 'mia@work.example')
    const [{ id } = { id: '' }] = (await pages.practices.listInvitations(pages.practice.id)).invitations
    if (end === 'refuse') await pages.practices.endInvitation(pages.practice.id, id)
    else pages.clock.forward(15 * 24 * 3600)
    await assert.rejects(pages.practices.confirmClaim(pages.practice.id, id), { code: 'not-found' })
    assert.deepEqual(
      [await associations(), (await pages.practices.listWaitingInvitations(accountId)).invitations],
      [[], []],
    )
  }
})

test('of two accounts of other addresses that accept at once, one waits', async () => {
  await using pages = await startWithInvitation()
  const token = new URLSearchParams(pages.link.split('?')[1]).get('token') ?? ''
  const accounts = await Promise.all(
    ['a@x.example', 'b@x.example'].map((email) =>
      pages.accounts.create({ email, password: mia.password, displayName: email }),
    ),
  )
  const answers = await Promise.allSettled(
    accounts.map((account) => pages.practices.acceptInvitation(token, account, mia.birthDate)),
  )
  assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.equal((await pages.practices.listInvitations(pages.practice.id)).invitations.length, 1)
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

test('a second invitation to the same record leads to it', async () => {
  await using pages = await startWithInvitation()
  const browser = openBrowser(pages.app)
  await browser.submit(await browser.get(pages.link), '/invitation', mia)
  const account = await pages.accounts.findByEmail(address)
  const [association] = await pages.practices.listAssociations(account?.id ?? '')
  await pages.practices.invite({
    practiceId: pages.practice.id,
    patientId: association?.patientId ?? '',
    email: address,
    role: 'patient',
    relationship: 'self',
    invitedBy: account?.id ?? '',
  })
  const form = await browser.get(await pages.findMailedPath(address))
  const answer = await browser.submit(form, '/invitation', { birthDate: mia.birthDate })
  assert.deepEqual([answer.status, answer.location], [303, '/'])
  assert.equal((await pages.practices.listAssociations(account?.id ?? '')).length, 1)
})

test('who is a patient already is warned before accepting as another one, and refused with the way on', async () => {
  await using pages = await startWithInvitation()
  const { practices, practice } = pages
  const browser = openBrowser(pages.app)
  const first = await browser.get(pages.link)
  assert.doesNotMatch(first.body, /one person/)
  await browser.submit(first, '/invitation', mia)
  const account = await pages.accounts.findByEmail(address)
  const resource = { resourceType: 'Patient', id: 'leo', birthDate: mia.birthDate } as const
  await pages.records.write([{ practiceId: practice.id, resource }])
  const invite = (role: 'patient' | 'proxy') =>
    practices.invite({
      ...{ practiceId: practice.id, patientId: 'leo', email: address, role, relationship: 'wife' },
      invitedBy: account?.id ?? '',
    })
  await invite('patient')
  const link = await pages.findMailedPath(address)
  const warned = await browser.get(link)
  assert.match(warned.body, /your own record at <strong>Riverside Family Medicine<\/strong> already/)
  assert.match(warned.body, /ask the practice to invite you as a family member or caregiver/)
  const refused = await browser.submit(warned, '/invitation', { birthDate: mia.birthDate })
  assert.equal(refused.status, 409)
  assert.match(refused.body, /role="alert"[\s\S]*family member or caregiver/)
  assert.equal((await practices.listAssociations(account?.id ?? '')).length, 1)
  assert.equal((await browser.get(link)).status, 200, 'somebody else can still accept it')
  await invite('proxy')
  const form = await browser.get(await pages.findMailedPath(address))
  assert.doesNotMatch(form.body, /one person/)
  assert.equal((await browser.submit(form, '/invitation', { birthDate: mia.birthDate })).status, 303)
  assert.equal((await practices.listAssociations(account?.id ?? '')).length, 2)
})
