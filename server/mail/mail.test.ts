import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { SMTPServer } from 'smtp-server'
import { createSmtpDelivery, DeliveryError, examineMailServer } from './mail.ts'

interface Received {
  from: string
  to: string[]
  data: string
}

/** A real mail server on a free port that keeps what it is given. */
async function startMailServer(refuse?: string) {
  const received: Received[] = []
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _session, done) =>
      done(password === 'secret word' ? null : new Error('no'), { user: username }),
    onData(stream, session, done) {
      void text(stream).then((data) => {
        const { mailFrom, rcptTo } = session.envelope
        received.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          data,
        })
        done(refuse ? Object.assign(new Error(refuse), { responseCode: 452 }) : null)
      })
    },
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  return {
    received,
    url: `smtp://user:${encodeURIComponent('secret word')}@127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

const mail = {
  to: 'mia@torres.example',
  subject: 'Übergabe',
  text: 'See https://example.org/x?token=lnk_1\n',
}

test('a mail is handed to the mail server, signed in, with its sender and umlauts', async () => {
  await using server = await startMailServer()
  await createSmtpDelivery({ url: server.url, from: 'onpatient@clinic.example' }).deliver(mail)
  const [first] = server.received
  assert.equal(first?.from, 'onpatient@clinic.example')
  assert.deepEqual(first?.to, [mail.to])
  assert.match(first?.data ?? '', /Subject: =\?UTF-8\?/)
  assert.match(first?.data ?? '', /token=(3D)?lnk_1/)
})

test('one address is one recipient, whatever it looks like', async () => {
  await using server = await startMailServer()
  const delivery = createSmtpDelivery({ url: server.url, from: 'onpatient@clinic.example' })
  await delivery.deliver({ ...mail, to: 'a@x.example, b@x.example' }).catch(() => undefined)
  for (const { to } of server.received) assert.ok(to.length <= 1, to.join())
})

test('a mail server that is away or refuses is reported as such, without its words; a refused recipient is final', async () => {
  await using later = await startMailServer('mailbox of mia@torres.example is full')
  await using never = await startScript('220 mail', '250 mail', '250 sender', '550 5.1.1 mia@torres.example')
  await using notUs = await startScript(
    '220 mail',
    '250 mail',
    '550 5.7.1 we take no mail of onpatient@clinic.example',
  )
  for (const [url, isFinal] of [
    [later.url, false],
    ['smtp://127.0.0.1:1', false],
    [notUs.url, false],
    [never.url, true],
  ] as const) {
    const delivery = createSmtpDelivery({ url, from: 'onpatient@clinic.example' })
    await assert.rejects(delivery.deliver(mail), (error: DeliveryError) => {
      assert.ok(error instanceof DeliveryError)
      assert.equal(error.isFinal, isFinal, error.reason)
      assert.doesNotMatch(`${error.reason} ${error.message}`, /torres|clinic/)
      return true
    })
  }
})

/** Says the first of its lines at once and the others one by one for what it hears; after the last one it is silent. */
async function startScript(...lines: string[]) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    const rest = lines.values()
    const say = () => {
      const { value } = rest.next()
      if (value !== undefined) socket.write(`${value}\r\n`)
    }
    socket.on('error', () => undefined).on('data', say)
    say()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('a mail server that hangs at any step is not waited for', async () => {
  const plain = ['220 mail', '250 mail', '250 sender', '250 recipient', '354 go on']
  const withTls = ['220 mail', '250-mail\r\n250 STARTTLS', '220 go on']
  const withSignIn = ['220 mail', '250-mail\r\n250 AUTH PLAIN', '235 welcome', '250 sender']
  const dialogues = [plain, withTls, withSignIn].flatMap((steps) =>
    steps.map((_, index) => steps.slice(0, index + 1)),
  )
  await Promise.all(
    [[], ...dialogues].map(async (lines) => {
      await using server = await startScript(...lines)
      const url = server.url.replace('://', '://user:secret@')
      const delivery = createSmtpDelivery({ url, from: 'a@b.example', withinMs: 200 })
      await assert.rejects(delivery.deliver(mail), { name: 'DeliveryError', isFinal: false }, lines.join())
    }),
  )
})

test('what is wrong with a mail server is found and reported with what to do', async () => {
  await using well = await startMailServer()
  const from = 'onpatient@clinic.example'
  assert.equal(await examineMailServer({ url: well.url, from }), undefined)
  assert.equal(well.received.length, 0, 'nothing is sent that nobody asked for')
  assert.equal(await examineMailServer({ url: well.url, from, to: mail.to }), undefined)
  assert.deepEqual(well.received[0]?.to, [mail.to])

  await using silent = await startScript()
  await using refusing = await startMailServer('mailbox of mia@torres.example is full')
  for (const [url, to, words] of [
    ['smtp://127.0.0.1:1', undefined, /nobody listens there/],
    [silent.url, undefined, /does not answer in time/],
    [well.url.replace('secret%20word', 'guess'), undefined, /refuses the user or the password/],
    [well.url.replace('smtp:', 'smtps:'), undefined, /TLS fails: smtps:\/\/ is for ports/],
    [refusing.url, mail.to, /does not work/],
  ] as const) {
    const reported = (await examineMailServer({ url, from, to, withinMs: 500 })) ?? 'nothing'
    assert.match(reported, words)
    assert.doesNotMatch(reported, /torres|secret|guess/)
  }
})
