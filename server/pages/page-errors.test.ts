import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fastify } from 'fastify'
import { OnpatientError } from '../errors.ts'
import { pageAssets, stylesheetPath } from './assets.ts'
import { notFoundPage, pageErrors } from './page-errors.ts'
import { allowReturnToApplication, pageHeaders, widenPolicy } from './page-headers.ts'

async function startPages(isSecure = false) {
  const app = fastify({ genReqId: () => 'req_1' })
  await app.register(pageHeaders, { isSecure })
  await app.register(pageErrors, { isProduction: true })
  await app.register(pageAssets)
  app.setNotFoundHandler(notFoundPage(true))
  app.get('/plain', async () => 'ok')
  app.get('/fault', async () => {
    throw new TypeError('secret detail')
  })
  app.get('/locked', async () => {
    throw Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' })
  })
  app.get('/wait', async () => {
    throw new OnpatientError('too-many-requests', 'Wait <a minute>.', { retryAfterSeconds: 60 })
  })
  app.get('/private', async () => {
    throw new OnpatientError('sign-in-required', 'Sign in first.')
  })
  app.get('/application', async (_request, reply) => {
    allowReturnToApplication(reply)
    return 'ok'
  })
  app.get('/portal', async (_request, reply) => {
    widenPolicy(reply, { styleNonce: 'abc' })
    return 'ok'
  })
  return app
}

test('every answer carries the security headers, errors too', async () => {
  const app = await startPages()
  for (const url of ['/plain', '/fault', '/nothing-here']) {
    const { headers } = await app.inject(url)
    assert.equal(
      headers['content-security-policy'],
      "default-src 'none';style-src 'self';img-src 'self' data:;script-src 'self';connect-src 'self';font-src 'self';form-action 'self';frame-ancestors 'none';base-uri 'none'",
    )
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['referrer-policy'], 'same-origin')
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin')
    assert.equal(headers['cache-control'], 'no-store')
    assert.equal(headers['strict-transport-security'], undefined)
  }
})

test('only https answers bind the browser to https', async () => {
  const app = await startPages(true)
  assert.match(String((await app.inject('/plain')).headers['strict-transport-security']), /max-age=31536000/)
})

test('an address with a token reaches no other page', async () => {
  const app = await startPages()
  assert.equal((await app.inject('/plain?token=lnk_x')).headers['referrer-policy'], 'no-referrer')
})

test('a step on the way back to an application may end there and keeps its opener', async () => {
  const app = await startPages()
  const { headers } = await app.inject('/application')
  assert.doesNotMatch(String(headers['content-security-policy']), /form-action/)
  assert.equal(headers['cross-origin-opener-policy'], 'unsafe-none')
})

test('a style nonce widens the styles of that answer alone', async () => {
  const app = await startPages()
  assert.match(
    String((await app.inject('/portal')).headers['content-security-policy']),
    /style-src 'self' 'nonce-abc';/,
  )
  assert.doesNotMatch(String((await app.inject('/plain')).headers['content-security-policy']), /nonce/)
})

test('an unknown error says nothing of itself but the request id', async () => {
  const app = await startPages()
  const { statusCode, body } = await app.inject('/fault')
  assert.equal(statusCode, 500)
  assert.match(body, /req_1/)
  assert.doesNotMatch(body, /secret detail|TypeError/)
})

test('a locked database is 503 with a time to come back', async () => {
  const app = await startPages()
  const { statusCode, headers, body } = await app.inject('/locked')
  assert.equal(statusCode, 503)
  assert.equal(headers['retry-after'], '10')
  assert.match(body, /locked by another program/)
})

test('an error of ours keeps its status, message and time to wait', async () => {
  const app = await startPages()
  const { statusCode, headers, body } = await app.inject('/wait')
  assert.equal(statusCode, 429)
  assert.equal(headers['retry-after'], '60')
  assert.match(body, /Wait &lt;a minute&gt;\./)
})

test('a page that wants a sign-in leads to it and back', async () => {
  const app = await startPages()
  const { statusCode, headers } = await app.inject('/private?a=1&b=2')
  assert.equal(statusCode, 303)
  assert.equal(headers.location, '/signin?next=%2Fprivate%3Fa%3D1%26b%3D2')
})

test('an unknown address is a 404 page', async () => {
  const app = await startPages()
  const { statusCode, headers, body } = await app.inject('/nothing-here')
  assert.equal(statusCode, 404)
  assert.equal(headers['content-type'], 'text/html; charset=utf-8')
  assert.match(body, /We cannot find this page/)
})

test('the stylesheet may be kept for ever, under a name that follows its content', async () => {
  const app = await startPages()
  const { statusCode, headers, body } = await app.inject(stylesheetPath)
  assert.equal(statusCode, 200)
  assert.match(stylesheetPath, /^\/assets\/pages-[0-9a-f]{12}\.css$/)
  assert.equal(headers['content-type'], 'text/css; charset=utf-8')
  assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable')
  assert.match(body, /--accent:/)
  assert.ok(body.length < 30_000, `the stylesheet weighs ${body.length} bytes`)
})

test('the icon is served as an image', async () => {
  const app = await startPages()
  const { headers, body } = await app.inject('/favicon.svg')
  assert.match(String(headers['content-type']), /^image\/svg\+xml/)
  assert.match(body, /^<svg xmlns=/)
})
