import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp } from '../support/start-app.ts'

test('metrics count answers by pattern, and name no record, person or application', async () => {
  await using app = await startApp()
  await fetch(`${app.portalUrl}/fhir/r4/Patient/somebody`)
  await fetch(`${app.portalUrl}/healthz`)
  const response = await fetch(`${app.portalUrl}/metrics`)
  const text = await response.text()
  assert.equal(response.status, 200)
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
  assert.match(text, /onpatient_http_requests_total\{method="GET",route="\/healthz",status="200"\} 1/)
  assert.match(text, /route="\/fhir\/[^"]*",status="401"\} 1/)
  assert.match(text, /onpatient_resident_memory_bytes \d{7,}/)
  assert.doesNotMatch(text, /somebody/)
})

test('durations are counted in buckets that add up', async () => {
  await using app = await startApp()
  for (let asked = 0; asked < 3; asked++) await fetch(`${app.portalUrl}/healthz`)
  const text = await (await fetch(`${app.portalUrl}/metrics`)).text()
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

test('whoever comes through a proxy finds no metrics', async () => {
  await using app = await startApp()
  for (const headers of [{ 'x-forwarded-for': '203.0.113.9' }, { forwarded: 'for=203.0.113.9' }]) {
    const { status } = await fetch(`${app.portalUrl}/metrics`, { headers: headers as Record<string, string> })
    assert.equal(status, 404)
  }
})
