import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, beforeEach, describe, test } from 'node:test'
import { SMTPServer } from 'smtp-server'
import { openPortal, type Portal } from '../portal-api/open-portal.ts'
import { fieldOf, openBrowser } from '../support/browser.ts'
import { aClinic, anAccount, aPatient, type Clinic } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

interface Received {
  to: string
  /** With soft line breaks of quoted-printable undone. */
  data: string
}

const metricsToken = 'kA8s0PqLz4XwYb2Tn6Rj1Vd9Ch3Gf5Me'

describe('mail that strangers can cause', () => {
  const received: Received[] = []
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    onRcptTo: ({ address }, _session, done) =>
      done(
        address.startsWith('nobody')
          ? Object.assign(new Error('no such mailbox'), { responseCode: 550 })
          : null,
      ),
    onData(stream, { envelope }, done) {
      void text(stream).then((data) => {
        const plain = data.replaceAll('=\r\n', '').replaceAll('=3D', '=')
        received.push({ to: envelope.rcptTo[0]?.address ?? '', data: plain })
        done(null)
      })
    },
  })
  let app: TestApp
  let clinic: Clinic
  let desk: Portal

  before(async () => {
    server.listen(0, '127.0.0.1')
    await once(server.server, 'listening')
    app = await startApp({
      SMTP_URL: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
      NODE_ENV: 'production',
      MAX_INVITATIONS_PER_ADDRESS: '2',
      MAX_INVITATIONS_PER_PRACTICE: '4',
      MAX_MAILS_PER_ADDRESS: '3',
      MAX_SANDBOX_MAILS: '3',
      METRICS_TOKEN: metricsToken,
    })
    clinic = await aClinic(app, 'North Clinic')
    await aPatient(app, clinic, 'ana')
    desk = await openPortal(app, clinic.provider.email)
  })
  after(async () => {
    await app[Symbol.asyncDispose]()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  })
  beforeEach(async () => {
    await arrival()
    received.length = 0
    app.clock.forward(2 * 86_400)
  })

  /** Until everything that waits was tried. */
  const arrival = () => app.modules.mailSender?.sendDue()
  const invite = (portal: Portal, practiceId: string, email: string, patientId = 'ana') =>
    portal.call('POST', `/practices/${practiceId}/invitations`, {
      ...{ patientId, email, role: 'proxy', relationship: 'mother' },
    })
  const inviteAna = (email: string) => invite(desk, clinic.practice.id, email)
  const linkIn = (mail: Received | undefined, pattern: RegExp) => pattern.exec(mail?.data ?? '')?.[1] ?? ''
  const pageLink = (mail: Received | undefined) => linkIn(mail, /(http:\S+\/mail\/stop\?token=\S+)/)

  test('a sandbox writes to its own account alone; the rest is shown to its owner and to no one else', async () => {
    const developer = await anAccount(app, 'dev@example.com', 'Dev')
    const sandbox = await app.modules.practices.createSandbox(developer)
    const portal = await openPortal(app, 'dev@example.com')
    const { body } = await portal.call('GET', `/practices/${sandbox.id}/patients`)
    const patientId: string = body.patients[0].id
    for (let at = 0; at < 5; at++) {
      const answer = await invite(portal, sandbox.id, `stranger${at}@example.com`, patientId)
      assert.deepEqual([answer.status, answer.body.isInOutbox], [201, true])
      app.clock.forward(1)
    }
    assert.deepEqual(received, [])
    const page = await portal.browser.get(`${app.portalUrl}/outbox`)
    assert.equal(page.status, 200)
    assert.deepEqual(
      [...page.body.matchAll(/To (stranger\d)@/g)].map(([, name]) => name),
      ['stranger4', 'stranger3', 'stranger2'],
    )
    const [, link = ''] = /href="([^"]+\/invitation\?token=[^"]+)"/.exec(page.body) ?? []
    assert.equal((await portal.browser.get(link)).status, 200)
    assert.doesNotMatch((await desk.browser.get(`${app.portalUrl}/outbox`)).body, /stranger/)
    assert.match((await openBrowser().get(`${app.portalUrl}/outbox`)).location ?? '', /\/signin/)
    const stored = await app.store.db.selectFrom('sandbox_mail').selectAll().execute()
    assert.doesNotMatch(JSON.stringify(stored), /stranger|lnk_/)

    const own = await invite(portal, sandbox.id, 'dev@example.com', patientId)
    assert.deepEqual([own.status, own.body.isInOutbox], [201, false])
    await arrival()
    assert.deepEqual(
      received.map(({ to }) => to),
      ['dev@example.com'],
    )
  })

  test('nothing that somebody typed is in the subject, and no name of a practice is a link', async () => {
    const doctor = await anAccount(app, 'spam@example.com', 'http://spam.example')
    const practice = await app.modules.practices.createForProvider(doctor, 'Cheap pills at spam.example/buy')
    await aPatient(app, { practice, provider: doctor }, 'zoe')
    const portal = await openPortal(app, 'spam@example.com')
    assert.equal((await invite(portal, practice.id, 'mia@example.com', 'zoe')).status, 201)
    assert.equal((await inviteAna('mia@example.com')).status, 201)
    await arrival()
    const spam = received.find(({ data }) => !data.includes('North Clinic'))
    const good = received.find((each) => each !== spam)
    for (const mail of [spam, good])
      assert.match(mail?.data ?? '', /^Subject: An invitation to see a health record\r$/m)
    assert.doesNotMatch(spam?.data ?? '', /spam\.example|pills/)
    assert.match(good?.data ?? '', /North Clinic invites you/)
  })

  test('an address and a practice have a limit a day, and the clock that is set back locks nobody out', async () => {
    for (const status of [201, 201, 429]) assert.equal((await inviteAna('leo@example.com')).status, status)
    const refused = await inviteAna('leo@example.com')
    assert.match(refused.body.detail, /at most 2 mails in a day.* 24 hours/)
    assert.equal(refused.body.field, 'email')
    for (const status of [201, 201, 429])
      assert.equal((await inviteAna(`other${status}@example.com`)).status, status)
    await arrival()
    assert.equal(received.length, 4)
    app.clock.forward(86_401)
    assert.equal((await inviteAna('leo@example.com')).status, 201)
    app.clock.jump(10 * 86_400)
    for (const status of [201, 201, 429]) assert.equal((await inviteAna('leo@example.com')).status, status)
    app.clock.jump(-10 * 86_400)
    assert.equal((await inviteAna('leo@example.com')).status, 201)
  })

  test('the link in an invitation stops all further ones, and allows them again', async () => {
    await inviteAna('kim@example.com')
    await arrival()
    const browser = openBrowser()
    const link = pageLink(received[0])
    const asked = await browser.get(link)
    assert.match(asked.body, /Stop these mails\?/)
    assert.match(asked.body, /kim@example\.com/)
    // To look at it, as scanners of mails do, changes nothing.
    assert.equal((await inviteAna('kim@example.com')).status, 201)
    const send = (decision: string) =>
      browser.post(`${app.portalUrl}/mail/stop`, {
        _csrf: fieldOf(asked, '_csrf'),
        token: fieldOf(asked, 'token'),
        decision,
      })
    const stopped = await browser.follow(await send('stop'), app.portalUrl)
    assert.match(stopped.body, /These mails are stopped/)
    app.clock.forward(2 * 86_400)
    const refused = await inviteAna('Kim@example.com')
    assert.equal(refused.status, 422)
    assert.equal(refused.body.code, 'mail-stopped')
    const { invitations: open } = await app.modules.practices.listInvitations(clinic.practice.id)
    const isNew = ({ createdAt }: { createdAt: Date }) => createdAt.getTime() === app.clock.now().getTime()
    assert.deepEqual(open.filter(isNew), [])
    assert.match((await browser.follow(await send('allow'), app.portalUrl)).body, /Stop these mails\?/)
    assert.equal((await inviteAna('kim@example.com')).status, 201)
    const broken = await browser.get(`${link.slice(0, -3)}AAA`)
    assert.equal(broken.status, 410)
  })

  test('a mail program stops them by one request, as RFC 8058 says', async () => {
    await inviteAna('joe@example.com')
    await arrival()
    const [mail] = received
    assert.match(mail?.data ?? '', /^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m)
    const url = linkIn(
      { to: '', data: (mail?.data ?? '').replaceAll('\r\n ', '') },
      /^List-Unsubscribe: ?<([^>]+)>/m,
    )
    assert.equal((await fetch(url, { redirect: 'manual' })).status, 303)
    assert.equal((await inviteAna('joe@example.com')).status, 201)
    const program = { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) }
    assert.equal((await fetch(url, program)).status, 200)
    assert.equal((await inviteAna('joe@example.com')).status, 422)
    assert.equal((await fetch(`${app.portalUrl}/mail/stop/one-click?token=x`, program)).status, 410)
  })

  test('forms send so many mails a day to one address, and after a stop one, by which a password is still reset', async () => {
    const account = await anAccount(app, 'lea@example.com', 'Lea')
    const reset = (ip: string) =>
      app.modules.accounts.startPasswordReset(account.email, { ip, userAgent: 'x' }).then(
        () => 'sent',
        (error: { code: string; message: string }) => {
          assert.match(error.message, /in a day/)
          return error.code
        },
      )
    const four = [
      await reset('192.0.2.1'),
      await reset('192.0.2.2'),
      await reset('192.0.2.3'),
      await reset('192.0.2.4'),
    ]
    assert.deepEqual(four, ['sent', 'sent', 'sent', 'too-many-requests'])
    await arrival()
    await app.modules.mailStops.stop(account.email)
    app.clock.forward(2 * 86_400)
    received.length = 0
    assert.deepEqual([await reset('192.0.2.1'), await reset('192.0.2.1')], ['sent', 'too-many-requests'])
    await arrival()
    const token = linkIn(received[0], /reset\/finish\?token=(\S+)/)
    await app.modules.accounts.finishPasswordReset(token, 'a new and longer password', {
      ip: '192.0.2.1',
      userAgent: 'x',
    })
    await arrival()
    const notice = received.at(-1)
    assert.match(notice?.data ?? '', /Your onpatient password was changed/)
    assert.doesNotMatch(notice?.data ?? '', /List-Unsubscribe/)
    assert.match(
      (await openBrowser().get(pageLink(received[0]))).body,
      /a\s+link for signing up, a new password/,
    )
  })

  test('the desk says of each invitation whether its mail arrived, and one that is ended is not sent any more', async () => {
    const states = async () => {
      const { body } = await desk.call('GET', `/practices/${clinic.practice.id}/invitations`)
      const open: Array<{ id: string; email: string; mail: string }> = body.invitations
      return new Map(open.map((each) => [each.email, each]))
    }
    const failed = async () => (await app.modules.mailQueue?.examine())?.failed ?? 0
    const before = await failed()
    assert.equal((await inviteAna('nobody@example.com')).status, 201)
    assert.equal((await inviteAna('ida@example.com')).status, 201)
    await arrival()
    const now = await states()
    assert.deepEqual(
      [now.get('nobody@example.com')?.mail, now.get('ida@example.com')?.mail],
      ['failed', 'sent'],
    )
    assert.ok(((await app.modules.mailQueue?.examine())?.refused ?? 0) > 0)
    const figures = await fetch(`${app.portalUrl}/metrics`, {
      headers: { authorization: `Bearer ${metricsToken}` },
    })
    assert.match(await figures.text(), new RegExp(`^onpatient_mail_failed ${before + 1}$`, 'm'))
    const ended = now.get('nobody@example.com')?.id
    const answer = await desk.call('DELETE', `/practices/${clinic.practice.id}/invitations/${ended}`)
    assert.equal(answer.status, 204)
    assert.equal(await failed(), before)
  })

  test('who has one account writes to few addresses by changing its own', async () => {
    const account = await anAccount(app, 'max@example.com', 'Max')
    const outcomes: string[] = []
    for (let at = 0; at < 8; at++)
      await app.modules.accounts
        .startEmailChange(account.id, 'a-long-enough-password', `victim${at}@example.com`)
        .then(
          () => outcomes.push('sent'),
          (error: { code: string }) => outcomes.push(error.code),
        )
    assert.deepEqual(outcomes.filter((each) => each === 'sent').length, 5)
    assert.equal(outcomes.at(-1), 'too-many-requests')
  })
})
