import assert from 'node:assert/strict'
import { get } from 'node:http'
import { test } from 'node:test'
import { startApp, type TestApp } from '../support/start-app.ts'

const token = 'kA8s0PqLz4XwYb2Tn6Rj1Vd9Ch3Gf5Me'
const read = (app: TestApp, headers: Record<string, string> = { authorization: `Bearer ${token}` }) =>
  fetch(`${app.portalUrl}/metrics`, { headers })

test('metrics count answers by pattern, and name no record, person or application', async () => {
  await using app = await startApp({ METRICS_TOKEN: token })
  await fetch(`${app.portalUrl}/fhir/r4/Patient/somebody`)
  await fetch(`${app.portalUrl}/healthz`)
  const response = await read(app)
  const text = await response.text()
  assert.equal(response.status, 200)
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
  assert.match(text, /onpatient_http_requests_total\{method="GET",route="\/healthz",status="200"\} 1/)
  assert.match(text, /route="\/fhir\/[^"]*",status="401"\} 1/)
  assert.match(text, /onpatient_resident_memory_bytes \d{7,}/)
  assert.doesNotMatch(text, /somebody/)
})

test('durations are counted in buckets that add up', async () => {
  await using app = await startApp({ METRICS_TOKEN: token })
  for (let asked = 0; asked < 3; asked++) await fetch(`${app.portalUrl}/healthz`)
  const text = await (await read(app)).text()
  const value = (series: string) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${series} `))
        ?.slice(series.length + 1),
    )
  const name = 'onpatient_http_request_duration_seconds'
  const bounds = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, '+Inf']
  const buckets = bounds.map((le) => value(`${name}_bucket{le="${le}",route="/healthz"}`))
  assert.deepEqual(
    buckets,
    buckets.toSorted((a, b) => a - b),
  )
  assert.equal(buckets.at(-1), 3)
  assert.equal(value(`${name}_count{route="/healthz"}`), 3)
  assert.ok(value(`${name}_sum{route="/healthz"}`) > 0)
  assert.match(text, new RegExp(`^# TYPE ${name} histogram$`, 'm'))
})

test('without its token nobody gets metrics, whatever a proxy says; without a setting there are none', async () => {
  await using app = await startApp({ METRICS_TOKEN: token })
  for (const headers of [
    {},
    { authorization: `Bearer ${token}x` },
    { authorization: 'Bearer ' },
    { 'x-forwarded-for': '127.0.0.1' },
  ]) {
    const response = await read(app, headers as Record<string, string>)
    assert.equal(response.status, 401)
    assert.doesNotMatch(await response.text(), /onpatient_/)
  }
  // From this machine and with no header of a proxy, which is how a proxy here may come.
  await using plain = await startApp()
  for (const headers of [{}, { authorization: `Bearer ${token}` }]) {
    assert.equal((await read(plain, headers)).status, 404)
  }
})

test('a port of its own answers this machine with metrics and nothing else', async () => {
  await using app = await startApp({ METRICS_PORT: '0' })
  assert.equal((await read(app)).status, 404)
  const base = `http://127.0.0.1:${app.metricsPort}`
  assert.match(await (await fetch(`${base}/metrics`)).text(), /onpatient_processes 1/)
  for (const path of ['/', '/signin', '/metrics/', '/fhir/r4/Patient'])
    assert.equal((await fetch(base + path)).status, 404)
  assert.equal(await statusFor(app.metricsPort ?? 0, 'evil.example'), 404)
})

/** fetch does not let a Host header be chosen. */
function statusFor(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', path: '/metrics', headers: { host } }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    }).on('error', reject)
  })
}
