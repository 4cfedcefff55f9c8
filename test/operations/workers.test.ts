import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { openCommandLine, waitForAddress } from '../cli/run-onpatient.ts'
import { fieldOf, openBrowser } from '../support/browser.ts'

const skip = process.platform === 'linux' ? false : 'looks for processes in /proc, which only Linux has'

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let tried = 0; tried < 300; tried++) {
    if (await isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail(`not in time: ${what}`)
}

/** With port 0 the port would change when the only process that listens dies. */
async function findFreePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return String(typeof address === 'object' ? address?.port : 0)
}

const answers = (portalUrl: string) =>
  fetch(`${portalUrl}/readyz`, { headers: { connection: 'close' } }).then(
    ({ status }) => status === 200,
    () => false,
  )

test('several processes answer on one port, one that dies is replaced, and all end together', {
  skip,
}, async () => {
  const PORT = await findFreePort()
  const METRICS_PORT = await findFreePort()
  await using cli = await openCommandLine({
    WORKERS: '3',
    DEMO: 'off',
    LOG_LEVEL: 'silent',
    PORT,
    METRICS_PORT,
  })
  const first = cli.start('serve')
  const pid = first.pid ?? 0
  const { portalUrl } = await waitForAddress(first)
  await until(() => childrenOf(pid).length === 3, 'three processes')
  assert.ok(await answers(portalUrl))
  const count = async () =>
    /^onpatient_processes (\d+)$/m.exec(
      await (await fetch(`http://127.0.0.1:${METRICS_PORT}/metrics`)).text(),
    )?.[1]
  await until(async () => (await count()) === '3', 'the metrics of all three')
  const [victim = 0] = childrenOf(pid)
  process.kill(victim, 'SIGKILL')
  await until(() => childrenOf(pid).length === 3 && !childrenOf(pid).includes(victim), 'a replacement')
  await until(() => answers(portalUrl), 'an answer after one died')
  const workers = childrenOf(pid)
  first.kill('SIGTERM')
  const [code] = await once(first, 'exit')
  assert.equal(code, 0)
  for (const worker of workers) assert.throws(() => process.kill(worker, 0), { code: 'ESRCH' })
  assert.equal(await answers(portalUrl), false)
})

test('when the first process is killed the others do not stay', { skip }, async () => {
  await using cli = await openCommandLine({ WORKERS: '2', DEMO: 'off', LOG_LEVEL: 'silent' })
  const first = cli.start('serve')
  const pid = first.pid ?? 0
  await waitForAddress(first)
  await until(() => childrenOf(pid).length === 2, 'two processes')
  const workers = childrenOf(pid)
  first.kill('SIGKILL')
  const isGone = (worker: number) => {
    try {
      process.kill(worker, 0)
      return false
    } catch {
      return true
    }
  }
  await until(() => workers.every(isGone), 'the end of the others')
})

test('a start that fails ends with its reason and does not go round', { skip }, async () => {
  await using cli = await openCommandLine({ WORKERS: '2', DEMO: 'off', LOG_LEVEL: 'silent' })
  const running = cli.start('serve')
  const { portalUrl } = await waitForAddress(running)
  await using other = await openCommandLine({
    WORKERS: '2',
    DEMO: 'off',
    LOG_LEVEL: 'error',
    PORT: new URL(portalUrl).port,
  })
  const { code, stdout, stderr } = await other.run('serve')
  assert.equal(code, 1)
  assert.doesNotMatch(stdout, /is replaced/)
  assert.match(stderr, /Another program uses the port/)
})

/** On a connection of its own, so that the processes take turns. */
async function askAnew(url: string): Promise<{ status: number; standing: string }> {
  const [response] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage]
  response.resume()
  await once(response, 'end')
  return { status: response.statusCode ?? 0, standing: String(response.headers.ratelimit) }
}

test('processes count requests together: the limit is not once for each of them', { skip }, async () => {
  const most = 40
  const token = randomBytes(32).toString('base64url')
  await using cli = await openCommandLine({
    WORKERS: '2',
    DEMO: 'off',
    LOG_LEVEL: 'silent',
    MAX_REQUESTS_PER_ADDRESS: String(most),
    METRICS_TOKEN: token,
  })
  const first = cli.start('serve')
  const { portalUrl } = await waitForAddress(first)
  const metrics = async () =>
    (await fetch(`${portalUrl}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text()
  await until(async () => /^onpatient_processes 2$/m.test(await metrics()), 'two processes that answer')
  const standings: number[] = []
  let refused = 0
  for (let asked = 0; refused < 5 && asked < 3 * most; asked++) {
    const answer = await askAnew(`${portalUrl}/fhir/r4/metadata`)
    standings.push(Number(/;r=(\d+)/.exec(answer.standing)?.[1]))
    if (answer.status === 429) refused++
  }
  const allowed = standings.length - refused
  // What is on its way between two processes when a request comes is the error; the wait of the test gives a few back.
  assert.ok(allowed >= most && allowed <= most + 5, `${allowed} of ${standings.length}: ${standings}`)
})

test('the outbox shows a mail whichever process answers', { skip }, async () => {
  await using cli = await openCommandLine({ WORKERS: '2', DEMO: 'off', LOG_LEVEL: 'silent' })
  const first = cli.start('serve')
  const { portalUrl } = await waitForAddress(first)
  await until(() => childrenOf(first.pid ?? 0).length === 2, 'two processes')
  const browser = openBrowser()
  const form = await browser.get(`${portalUrl}/signup/developer`)
  await browser.post(`${portalUrl}/signup/developer`, {
    _csrf: fieldOf(form, '_csrf'),
    displayName: 'Mia Torres',
    email: 'mia@torres.example',
  })
  for (let asked = 0; asked < 8; asked++) {
    const page = await fetch(`${portalUrl}/outbox`, { headers: { connection: 'close' } })
    assert.match(await page.text(), /mia@torres\.example/, `answer ${asked}`)
  }
})
