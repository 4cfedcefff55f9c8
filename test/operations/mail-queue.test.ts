import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { OnpatientError } from '#server/errors.ts'
import { loadServerKeys } from '#server/keys/keys.ts'
import { readLimits } from '#server/limits.ts'
import { createLogger } from '#server/logger.ts'
import {
  createMailQueue,
  createMailSender,
  type Delivery,
  DeliveryError,
  type Mail,
  type MailSender,
} from '#server/mail/mail.ts'
import { createSeals } from '#server/seal.ts'
import { systemRandom as random } from '#server/secrets.ts'
import { parseDatabaseUrl } from '#server/settings.ts'
import { openStore, type Store } from '#server/store/store.ts'
import { openCommandLine, waitForAddress } from '../cli/run-onpatient.ts'
import { fieldOf, openBrowser } from '../support/browser.ts'
import { startClock, type TestClock } from '../support/start-app.ts'
import { createTestDatabase, openTestStore, testServerUrl } from '../support/test-store.ts'

const mail: Mail = { to: 'mia@torres.example', subject: 'Hello', text: 'token=lnk_secret', about: 'inv_1' }

/** A mail server of the test: it takes what the test says. */
function aDelivery() {
  const taken: Mail[] = []
  let answer: () => Promise<void> = async () => undefined
  const delivery: Delivery = {
    async deliver(each) {
      await answer()
      taken.push(each)
    },
  }
  return {
    taken,
    delivery,
    accept: () => {
      answer = async () => undefined
    },
    refuse: (reason: string, isFinal = false) => {
      answer = async () => {
        throw new DeliveryError(reason, { isFinal })
      }
    },
    hang: () => {
      const release = Promise.withResolvers<void>()
      answer = () => release.promise
      return release
    },
  }
}

describe('mails that wait in the database', () => {
  let store: Store & { url: string }
  let other: Store
  let clock: TestClock
  let folder: string
  const limits = readLimits({ MAX_QUEUED_MAILS: '3', MAX_MAIL_HOURS: '2' })
  const seals = createSeals('k'.repeat(43), 'mail', random)
  const logger = createLogger('silent')

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onpatient-test-'))
    store = await openTestStore({ file: join(folder, 'mail.db') })
    const setting = parseDatabaseUrl(store.url)
    assert.ok(setting)
    other = await openStore(setting)
  })
  after(async () => {
    await other.close()
    await store.close()
    await rm(folder, { recursive: true })
  })
  beforeEach(async () => {
    clock = startClock()
    await store.db.deleteFrom('queued_mail').execute()
  })

  const queueOf = (most = limits) =>
    createMailQueue({ db: store.db, clock, random, seals, limits: most, onQueued: () => undefined })
  const senderOf = (delivery: Delivery, { db }: Store = store): MailSender =>
    createMailSender({ db, clock, random, seals, delivery, logger })
  const rows = () => store.db.selectFrom('queued_mail').selectAll().execute()

  test('a mail that the mail server takes is sealed before and nowhere after', async () => {
    const { taken, delivery } = aDelivery()
    await queueOf().send(mail)
    assert.doesNotMatch(JSON.stringify(await rows()), /torres|lnk_secret|Hello/)
    assert.deepEqual([...(await queueOf().findStates(['inv_1', 'inv_2']))], [['inv_1', 'waiting']])
    await senderOf(delivery).sendDue()
    assert.deepEqual(taken, [mail])
    assert.deepEqual(await rows(), [])
    assert.deepEqual([...(await queueOf().findStates(['inv_1']))], [])
  })

  test('what is undone with its transaction is not sent', async () => {
    const { taken, delivery } = aDelivery()
    const undone = store.db.transaction().execute(async (tx) => {
      await queueOf().send(mail, tx)
      throw new Error('no')
    })
    await assert.rejects(undone, /no/)
    await senderOf(delivery).sendDue()
    assert.deepEqual(taken, [])
  })

  test('a mail server that is away is tried again at growing distances, and gets the mail once when it comes back', async () => {
    const { taken, delivery, refuse, accept } = aDelivery()
    const sender = senderOf(delivery)
    await queueOf().send(mail)
    refuse('ECONNREFUSED')
    for (const seconds of [0, 30, 60, 120]) {
      if (seconds > 0) {
        clock.forward(seconds - 1)
        await sender.sendDue()
        clock.forward(1)
      }
      const [before] = await rows()
      await sender.sendDue()
      const [row] = await rows()
      assert.equal(row?.attempts, (before?.attempts ?? 0) + 1, `after ${seconds} s`)
    }
    assert.deepEqual([...(await queueOf().findStates(['inv_1']))], [['inv_1', 'delayed']])
    const { waiting, oldestSeconds, reason } = await queueOf().examine()
    assert.deepEqual([waiting, oldestSeconds, reason], [1, 210, 'ECONNREFUSED'])
    accept()
    clock.forward(240)
    await sender.sendDue()
    clock.forward(7200)
    await sender.sendDue()
    assert.equal(taken.length, 1)
  })

  test('a mail is given up when its link works no longer, or for good; its content goes, and what it was about stays known for a while', async () => {
    const { taken, delivery, refuse, accept } = aDelivery()
    const sender = senderOf(delivery)
    refuse('ETIMEDOUT')
    await queueOf().send({ ...mail, usefulForMs: 45_000 })
    await sender.sendDue()
    clock.forward(31)
    await sender.sendDue()
    refuse('refused EENVELOPE 550', true)
    await queueOf().send({ ...mail, about: 'inv_2' })
    await sender.sendDue()
    const states = await queueOf().findStates(['inv_1', 'inv_2'])
    assert.deepEqual([states.get('inv_1'), states.get('inv_2')], ['failed', 'failed'])
    for (const row of await rows()) assert.equal(row.sealed, null)
    const { failed, refused } = await queueOf().examine()
    assert.deepEqual([failed, refused], [2, 1])
    accept()
    clock.forward(7200)
    await sender.sendDue()
    assert.deepEqual(taken, [])
    await queueOf().sweep()
    assert.equal((await rows()).length, 2)
    clock.forward(14 * 86_400)
    await queueOf().sweep()
    assert.deepEqual(await rows(), [])
  })

  test('two processes send each mail once', async () => {
    const { taken, delivery } = aDelivery()
    const queue = queueOf(readLimits({}))
    for (let number = 0; number < 40; number++) await queue.send({ ...mail, text: `${number}` })
    await Promise.all([senderOf(delivery).sendDue(), senderOf(delivery, other).sendDue()])
    assert.equal(taken.length, 40)
    assert.equal(new Set(taken.map(({ text }) => text)).size, 40)
    assert.deepEqual(await rows(), [])
  })

  test('what a process had begun when it ended is sent by another a minute later, and not before', async () => {
    const killed = aDelivery()
    const alive = aDelivery()
    await queueOf().send(mail)
    const release = killed.hang()
    const begun = senderOf(killed.delivery, other).sendDue()
    while ((await rows())[0]?.claim === null) await new Promise((resolve) => setImmediate(resolve))
    await senderOf(alive.delivery).sendDue()
    clock.forward(59)
    await senderOf(alive.delivery).sendDue()
    assert.deepEqual(alive.taken, [])
    clock.forward(2)
    await senderOf(alive.delivery).sendDue()
    assert.deepEqual(alive.taken, [mail])
    // It lives after all, and fails: the mail is not its own any more.
    release.reject(new DeliveryError('ETIMEDOUT', { isFinal: false }))
    await begun
    assert.deepEqual(await rows(), [])
  })

  test('a clock that was ahead puts nothing off for long', async () => {
    const { taken, delivery, refuse, accept } = aDelivery()
    clock.jump(86_400)
    await queueOf().send(mail)
    refuse('ECONNREFUSED')
    await senderOf(delivery).sendDue()
    clock.jump(-86_400)
    accept()
    await senderOf(delivery).sendDue()
    assert.equal(taken.length, 1)
  })

  test('what strangers can cause has a bound; notices and new passwords find room', async () => {
    const queue = queueOf()
    for (let number = 0; number < 3; number++) await queue.send({ ...mail, isStoppable: true })
    await assert.rejects(queue.send({ ...mail, isStoppable: true }), (error: OnpatientError) => {
      assert.equal(error.code, 'mail-unavailable')
      return (error.retryAfterSeconds ?? 0) > 0
    })
    await queue.send(mail)
    await queue.send({ ...mail, isStoppable: true, findsRoom: true })
    assert.equal((await rows()).length, 5)
    await queue.forget('inv_1')
    assert.deepEqual(await rows(), [])
  })
})

/** Takes a mail until the end of its data, and says nothing more. */
async function startHangingMailServer() {
  const sockets = new Set<Socket>()
  const reached = Promise.withResolvers<void>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.write('220 mail\r\n')
    let isData = false
    socket
      .on('error', () => undefined)
      .on('data', (chunk) => {
        const said = chunk.toString()
        if (isData) reached.resolve()
        else if (/^DATA/.test(said)) {
          isData = true
          socket.write('354 go on\r\n')
        } else socket.write('250 fine\r\n')
      })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reached: reached.promise,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('a form answers though the mail server hangs, and its mail is there after a kill', async () => {
  await using server = await startHangingMailServer()
  const database = testServerUrl === undefined ? undefined : await createTestDatabase(testServerUrl)
  await using cli = await openCommandLine({
    ...(database ? { DATABASE_URL: database.url } : {}),
    SMTP_URL: server.url,
    DEMO: 'off',
    WORKERS: '2',
  })
  const child = cli.start('serve')
  const { portalUrl } = await waitForAddress(child)
  const browser = openBrowser()
  const form = await browser.get(`${portalUrl}/signup/developer`)
  const sent = performance.now()
  const answer = await browser.post(`${portalUrl}/signup/developer`, {
    _csrf: fieldOf(form, '_csrf'),
    displayName: 'Mia Torres',
    email: 'mia@torres.example',
  })
  assert.match(answer.location ?? '', /\/signup\/check-mail$/)
  assert.ok(performance.now() - sent < 5000)
  await server.reached
  child.kill('SIGKILL')
  await once(child, 'exit')

  const clock = startClock()
  clock.forward(61)
  const setting = parseDatabaseUrl(database?.url ?? `sqlite:${join(cli.folder, 'onpatient.db')}`)
  assert.ok(setting)
  const store = await openStore(setting)
  try {
    await store.db
      .updateTable('queued_mail')
      .set((eb) => ({ created_at: eb('created_at', '-', 3600_000) }))
      .execute()
    const { stdout } = await cli.run('doctor')
    assert.match(stdout, /PROBLEM +mail queue: 1 wait for the mail server, the oldest for 60 minutes/)
    const keys = await loadServerKeys(store.db, clock, random)
    const { taken, delivery } = aDelivery()
    const seals = createSeals(keys.cursor, 'onpatient mail', random)
    const logger = createLogger('silent')
    await createMailSender({ db: store.db, clock, random, seals, delivery, logger }).sendDue()
    assert.deepEqual(
      taken.map(({ to, subject }) => [to, subject]),
      [['mia@torres.example', 'Finish your sign-up to onpatient']],
    )
  } finally {
    await store.close()
    await database?.drop()
  }
})
