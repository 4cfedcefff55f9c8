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

test('whoever comes through a proxy finds no metrics', async () => {
  await using app = await startApp()
  for (const headers of [{ 'x-forwarded-for': '203.0.113.9' }, { forwarded: 'for=203.0.113.9' }]) {
    const { status } = await fetch(`${app.portalUrl}/metrics`, { headers: headers as Record<string, string> })
    assert.equal(status, 404)
  }
})
