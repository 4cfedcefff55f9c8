import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { getTokens } from '../support/authorize.ts'
import { aClinic, anApplication, aPatient, aReader } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { measureGrowth, measureMemory } from './collect-garbage.ts'
import { type Given, type OddRequest, oddRequests } from './odd-requests.ts'

/** More by a flag: `RANDOM_REQUESTS=100000 npm test test/robustness/*.test.ts`. */
const runs = Number(process.env.RANDOM_REQUESTS ?? (process.env.CI === 'true' ? 40_000 : 4000))
const seed = Number(process.env.RANDOM_SEED ?? 20261124)

/** Sent at the same time. */
const parallel = 8
/** For one answer, on a machine that does other things, too. */
const longestSeconds = 10
/** Between the first requests and the last, in megabytes: caches fill up to their bounds. */
const mostGrowth = 40

describe('random requests', () => {
  let app: TestApp
  let given: Given
  let agent: Agent
  before(async () => {
    app = await startApp()
    const clinic = await aClinic(app, 'Noise')
    await aPatient(app, clinic, 'ana', { observations: 5 })
    await aReader(app, clinic, 'ana@example.com', ['ana'])
    const { access_token: token } = await getTokens(app, await anApplication(app, clinic), 'ana@example.com')
    agent = new Agent({ keepAlive: true, maxSockets: parallel })
    given = { token, cursors: await collectCursors(app, token) }
  })
  after(async () => {
    agent.destroy()
    await app[Symbol.asyncDispose]()
  })

  /** The status; 0 when the server closed the connection before the whole request was there. */
  function send({ method, path, headers, body }: OddRequest): Promise<number> {
    return new Promise((resolve, reject) => {
      const hasBody = method !== 'GET' && method !== 'HEAD'
      // A redirect repeats what was asked for, encoded once more.
      const options = {
        host: '127.0.0.1',
        port: app.port,
        method,
        path,
        // Node leaves it out of DELETE and OPTIONS, and then the body would be taken for the next request.
        headers: hasBody ? { ...headers, 'content-length': body.length } : headers,
        agent,
        maxHeaderSize: 2 ** 17,
      }
      let status = 0
      const sent = request(options, (response) => {
        status = response.statusCode ?? 0
        response.resume()
        response.on('end', () => resolve(status))
      })
      sent.on('error', (error: NodeJS.ErrnoException) => {
        const isClosed = ['ECONNRESET', 'EPIPE'].includes(error.code ?? '')
        if (isClosed) resolve(status)
        else reject(error)
      })
      sent.end(hasBody ? body : undefined)
    })
  }

  async function sendAndCheck(odd: OddRequest): Promise<void> {
    const start = performance.now()
    const status = await send(odd)
    const seconds = (performance.now() - start) / 1000
    const what = () => `${JSON.stringify({ ...odd, body: odd.body.toString('latin1') })} (seed ${seed})`
    assert.ok(status > 0 && status < 500, `${status} was answered to ${what()}`)
    assert.ok(seconds < longestSeconds, `${seconds.toFixed(1)} s took the answer to ${what()}`)
  }

  async function sendMany(count: number, chunkSeed: number): Promise<void> {
    const waiting = fc.sample(oddRequests(given), { numRuns: count, seed: chunkSeed })
    const work = async () => {
      for (let next = waiting.pop(); next; next = waiting.pop()) await sendAndCheck(next)
    }
    await Promise.all(Array.from({ length: parallel }, work))
  }

  async function assertAlive(): Promise<void> {
    assert.equal((await fetch(`${app.portalUrl}/readyz`)).status, 200)
  }

  test(`${runs} of them, of every kind, are answered, never by a 5xx, and leave no memory behind`, async () => {
    const chunk = 1000
    let before = 0
    for (let done = 0; done < runs; done += chunk) {
      await sendMany(Math.min(chunk, runs - done), seed + done)
      if (done === chunk) before = await measureMemory()
    }
    const growth = await measureGrowth(before, mostGrowth)
    assert.ok(growth < mostGrowth, `${growth.toFixed(1)} MB more than after the first ${2 * chunk}`)
    await assertAlive()
  })

  test('bodies of 50 MB are refused and not kept', async () => {
    const body = Buffer.alloc(50 * 1024 * 1024, '{"a":[1.0,')
    const before = await measureMemory()
    for (const path of [
      '/fhir/r4',
      '/fhir/r4/Patient',
      '/o/token/',
      '/signin',
      '/portal-api/applications',
      '/nothing',
    ])
      for (const type of ['application/fhir+json', 'application/json', 'application/x-www-form-urlencoded']) {
        const headers = { authorization: `Bearer ${given.token}`, 'content-type': type }
        const status = await send({ method: 'POST', path, headers, body })
        assert.ok(status < 500, `${path} ${type} answered ${status}`)
      }
    const growth = await measureGrowth(before, mostGrowth)
    assert.ok(growth < mostGrowth, `${growth.toFixed(1)} MB are kept`)
    await assertAlive()
  })

  test('thousands of parameters and very long texts are answered soon', async () => {
    const headers = {
      authorization: `Bearer ${given.token}`,
      'content-type': 'application/x-www-form-urlencoded',
    }
    const texts = [
      'code=a&'.repeat(20_000),
      `code=${'a,'.repeat(100_000)}`,
      `_has:Observation:patient:${'_has:Observation:patient:'.repeat(3000)}code=1`,
      `patient${'.patient'.repeat(20_000)}=1`,
      `_sort=${'date,'.repeat(30_000)}`,
      `_elements=${'a,'.repeat(60_000)}`,
      `date=${'0'.repeat(150_000)}`,
      `code=${'\\'.repeat(7000)}`,
      `_include=${'Observation:'.repeat(10_000)}`,
      '&'.repeat(200_000),
      '='.repeat(200_000),
      '%'.repeat(200_000),
    ]
    for (const text of texts) {
      const body = Buffer.from(text)
      await sendAndCheck({ method: 'POST', path: '/fhir/r4/Observation/_search', headers, body })
      await sendAndCheck({ method: 'POST', path: '/o/token/', headers, body })
      for (const path of ['/fhir/r4/Observation', '/onpatient_api/fhir/Immunization', '/o/authorize/'])
        await sendAndCheck({
          method: 'GET',
          path: `${path}?${text.slice(0, 12_000)}`,
          headers,
          body: Buffer.alloc(0),
        })
    }
    await assertAlive()
  })

  /** What is no HTTP, or not quite; the answer as text. */
  function sendRaw(bytes: Buffer): Promise<string> {
    return new Promise((resolve) => {
      let answer = ''
      const socket = connect(app.port, '127.0.0.1', () => socket.end(bytes))
      socket.setTimeout(2000, () => socket.destroy())
      socket.on('data', (data) => (answer += data.toString('latin1')))
      socket.on('error', () => undefined)
      socket.on('close', () => resolve(answer))
    })
  }

  test('what is no HTTP is refused, and the server goes on', async () => {
    const host = `Host: 127.0.0.1:${app.port}\r\n`
    const broken = [
      '\r\n\r\n\r\n',
      'GET\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      'GET /fhir/r4/metadata HTTP/1.1\r\n\r\n',
      `GET /fhir/r4/\u0000\u00ff HTTP/1.1\r\n${host}\r\n`,
      `GET http://[::1 HTTP/1.1\r\n${host}\r\n`,
      `GET //// HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
      `GET /?%u0000=%&&&=%=; HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
      `POST /fhir/r4 HTTP/1.1\r\n${host}Content-Length: -1\r\n\r\n`,
      `POST /fhir/r4 HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      `POST /fhir/r4/Patient HTTP/1.1\r\n${host}Content-Length: 500\r\n\r\n{`,
      `POST /o/token/ HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\nZZ\r\n`,
      `GET /fhir/r4/Patient HTTP/1.1\r\n${host}Authorization: Bearer \u0001\u00ff\r\n\r\n`,
      `GET /fhir/r4/Patient HTTP/1.1\r\n${host}${'X: y\r\n'.repeat(5000)}\r\n`,
      `GET /fhir/r4/Patient HTTP/1.1\r\n${host}Accept: ${'x'.repeat(100_000)}\r\n\r\n`,
      `GET /${'a'.repeat(100_000)} HTTP/1.1\r\n${host}\r\n`,
      `BREW /fhir/r4/Patient HTTP/1.1\r\n${host}\r\n`,
      `TRACE /fhir/r4/Patient HTTP/1.1\r\n${host}\r\n`,
      `CONNECT evil.example:443 HTTP/1.1\r\n${host}\r\n`,
      `GET /fhir/r4/metadata HTTP/1.1\r\n${host}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
    ]
    for (const text of broken) {
      const answer = await sendRaw(Buffer.from(text, 'latin1'))
      assert.doesNotMatch(
        answer,
        /^HTTP\/1\.1 5/,
        `${JSON.stringify(text.slice(0, 80))} led to ${answer.slice(0, 200)}`,
      )
    }
    const random = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 300 }), { numRuns: 100, seed })
    for (const bytes of random) assert.doesNotMatch(await sendRaw(Buffer.from(bytes)), /^HTTP\/1\.1 5/)
    await assertAlive()
  })
})

/** Of lists with more than one page. */
async function collectCursors(app: TestApp, token: string): Promise<string[]> {
  const paths = ['Observation?_count=1', 'Observation/_history?_count=1', 'Patient/ana/$everything?_count=1']
  const cursors: string[] = []
  for (const path of paths) {
    const answer = await fetch(`${app.fhirUrl}/fhir/r4/${path}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const { link } = (await answer.json()) as { link: Array<{ relation: string; url: string }> }
    const next = link.find(({ relation }) => relation === 'next')
    cursors.push(new URL(next?.url ?? '').searchParams.get('cursor') ?? '')
  }
  return cursors
}
