import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp } from '../support/start-app.ts'

test('an address that cannot be decoded is refused in the words of the API that it leads to', async () => {
  await using app = await startApp()
  for (const [path, mediaType, named] of [
    ['/fhir/r4/Patient/%zz', 'application/fhir+json', ['resourceType', 'issue']],
    ['/fhir/r4/Patient/%ff/_history', 'application/fhir+json', ['resourceType', 'issue']],
    ['//fhir/r4/%zz', 'application/fhir+json', ['resourceType', 'issue']],
    ['/onpatient_api/fhir/Patient/%zz', 'application/json', ['resourceType', 'issue', 'detail']],
  ] as const)
    for (const method of ['GET', 'PUT']) {
      const answer = await fetch(`${app.portalUrl}${path}`, { method })
      const body = (await answer.json()) as Record<string, unknown>
      assert.equal(answer.status, 400, path)
      assert.equal(answer.headers.get('content-type'), `${mediaType}; charset=utf-8`)
      assert.equal(answer.headers.get('access-control-allow-origin'), '*')
      assert.deepEqual(Object.keys(body), named)
      assert.match(JSON.stringify(body), /cannot be read.*request req_/)
    }
  assert.equal((await fetch(`${app.portalUrl}/signin/%zz`)).status, 400)
})
