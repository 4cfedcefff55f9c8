import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { postToken } from '../../support/authorize.ts'
import { aClinic, anApplication, type Clinic } from '../../support/people.ts'
import { startApp, type TestApp } from '../../support/start-app.ts'
import {
  aKey,
  aKeyApplication,
  assertionType,
  type ClientKey,
  listenLocally,
  signAssertion,
} from './client-keys.ts'

describe('keys behind a jwks_uri', () => {
  let app: TestApp
  let clinic: Clinic
  let key: ClientKey
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'South Clinic')
    key = await aKey('ES384')
  })
  after(() => app[Symbol.asyncDispose]())

  const aClientOf = (jwksUri: string) => aKeyApplication(app, clinic, key, { jwksUri })
  const probe = async (id: string, by = key, header: Record<string, unknown> = {}) =>
    postToken(app, {
      grant_type: 'refresh_token',
      refresh_token: 'none',
      client_assertion_type: assertionType,
      client_assertion: await signAssertion(app, id, by, { header }),
    })
  const isProven = ({ body }: { body: { error?: string } }) => body.error === 'invalid_grant'
  const send = (text: string, headers: Record<string, string> = {}): RequestListener => {
    return (_request, response) => response.writeHead(200, headers).end(text)
  }

  test('are fetched once and kept', async () => {
    let asked = 0
    await using server = await listenLocally((_request, response) => {
      asked += 1
      response.end(JSON.stringify({ keys: [key.public] }))
    })
    const { id } = await aClientOf(`${server.url}/jwks.json`)
    const answers = await Promise.all(Array.from({ length: 8 }, () => probe(id)))
    assert.equal(answers.filter(isProven).length, 8)
    assert.equal(asked, 1)
  })

  test('are fetched again for an unknown kid, at most once a minute', async () => {
    let asked = 0
    const next = await aKey('RS384', 'next')
    let keys = [key.public]
    await using server = await listenLocally((_request, response) => {
      asked += 1
      response.end(JSON.stringify({ keys }))
    })
    const { id } = await aClientOf(server.url)
    assert.ok(isProven(await probe(id)))
    keys = [key.public, next.public]
    assert.equal((await probe(id, next)).body.error, 'invalid_client')
    assert.equal(asked, 1)
    app.clock.forward(61)
    assert.ok(isProven(await probe(id, next)))
    assert.equal(asked, 2)
    for (const kid of ['a', 'b', 'c']) await probe(id, key, { kid })
    assert.equal(asked, 2)
  })

  test('that were withdrawn count no longer than an hour', async () => {
    let keys = [key.public]
    await using server = await listenLocally((_request, response) => {
      response.writeHead(200, { 'cache-control': 'max-age=99999999' }).end(JSON.stringify({ keys }))
    })
    const { id } = await aClientOf(server.url)
    assert.ok(isProven(await probe(id)))
    keys = []
    app.clock.forward(3601)
    assert.equal((await probe(id)).body.error, 'invalid_client')
  })

  test('count on while their server is down for a moment', async () => {
    let isDown = false
    await using server = await listenLocally((_request, response) => {
      if (isDown) response.destroy()
      else response.end(JSON.stringify({ keys: [key.public] }))
    })
    const { id } = await aClientOf(server.url)
    assert.ok(isProven(await probe(id)))
    isDown = true
    app.clock.forward(10 * 60)
    assert.ok(isProven(await probe(id)))
    app.clock.forward(3600)
    const { body } = await probe(id)
    assert.match(String(body.error_description), /could not be fetched/)
  })

  test('beside keys of other kinds, which do not disturb', async () => {
    const others = [{ kty: 'oct', k: 'AAAA' }, { ...key.public, use: 'enc', kid: 'e' }, null, 7]
    await using server = await listenLocally(send(JSON.stringify({ keys: [...others, key.public] })))
    assert.ok(isProven(await probe((await aClientOf(server.url)).id)))
  })

  test('a weak key in the set is named, and does not count', async () => {
    const n = Buffer.concat([Buffer.from([0xff]), randomBytes(255)]).toString('base64url')
    const weak = { kty: 'RSA', kid: key.kid, e: 'AQ', n }
    await using server = await listenLocally(send(JSON.stringify({ keys: [weak] })))
    const { body } = await probe((await aClientOf(server.url)).id)
    assert.equal(body.error, 'invalid_client')
    assert.match(String(body.error_description), /exponent/)
  })

  test('a jku in the header counts when it is the registered address', async () => {
    await using server = await listenLocally(send(JSON.stringify({ keys: [key.public] })))
    const { id } = await aClientOf(server.url)
    assert.ok(isProven(await probe(id, key, { jku: server.url })))
    const { body } = await probe(id, key, { jku: `${server.url}/other` })
    assert.match(String(body.error_description), /jku/)
  })

  /** What strangers' servers may do, and what the developer learns. */
  const failing: Array<[string, RequestListener, RegExp]> = [
    ['answers 404', (_request, response) => response.writeHead(404).end(), /answered 404/],
    ['answers 500', (_request, response) => response.writeHead(500).end(), /answered 500/],
    [
      'redirects, though to a good key set',
      (request, response) =>
        request.url === '/keys'
          ? response.end(JSON.stringify({ keys: [key.public] }))
          : response.writeHead(302, { location: '/keys' }).end(),
      /answered 302.*not followed/,
    ],
    [
      'redirects to a private address',
      (_request, response) => response.writeHead(307, { location: 'http://169.254.169.254/' }).end(),
      /answered 307/,
    ],
    ['sends junk', send('<html>hello</html>'), /not JSON/],
    ['sends nothing', send(''), /not JSON/],
    ['sends JSON of another form', send('[1]'), /not a JWK Set/],
    ['sends null', send('null'), /not a JWK Set/],
    ['sends a set whose keys are no list', send('{"keys":{"a":1}}'), /not a JWK Set/],
    ['sends 1 MB', send(JSON.stringify({ keys: [], junk: 'x'.repeat(1_000_000) })), /more than 64 kB/],
    [
      'sends without end',
      (_request, response) => {
        const more = () => response.write('x'.repeat(16_384), () => setImmediate(more))
        response.on('error', () => {})
        more()
      },
      /more than 64 kB/,
    ],
    ['hangs up', (_request, response) => response.destroy(), /could not be fetched/],
    ['sends an empty set', send('{"keys":[]}'), /registered key/],
  ]
  for (const [title, listener, words] of failing)
    test(`costs one request its answer when the address ${title}`, async () => {
      await using server = await listenLocally(listener)
      const { status, body } = await probe((await aClientOf(server.url)).id)
      assert.equal(status, 401)
      assert.equal(body.error, 'invalid_client', JSON.stringify(body))
      assert.match(String(body.error_description), words)
    })

  test('an address that hangs costs five seconds of that one request, and others go on', async () => {
    await using server = await listenLocally(() => {})
    const { id } = await aClientOf(server.url)
    const started = performance.now()
    const hanging = probe(id)
    const good = await anApplication(app, clinic)
    const other = await postToken(app, {
      grant_type: 'refresh_token',
      refresh_token: 'none',
      client_id: good.id,
      client_secret: good.secret,
    })
    assert.ok(isProven(other))
    assert.ok(performance.now() - started < 3000)
    const { body } = await hanging
    assert.match(String(body.error_description), /did not answer within 5 seconds/)
    assert.ok(performance.now() - started < 7000)
    // Asked again, it is refused without waiting.
    const again = performance.now()
    assert.equal((await probe(id)).body.error, 'invalid_client')
    assert.ok(performance.now() - again < 1000)
  })

  const refusedAddresses: Array<[string, string, RegExp]> = [
    ['no address', 'keys', /well-formed/],
    ['plain http', 'http://app.example.com/jwks', /https/],
    ['another scheme', 'file:///etc/passwd', /https/],
    ['a password in it', 'https://me:secret@app.example.com/jwks', /password/],
    ['loopback', 'https://127.0.0.1/jwks', /public internet/],
    ['loopback in one number', 'https://2130706433/jwks', /public internet/],
    ['loopback of IPv6', 'https://[::1]/jwks', /public internet/],
    ['loopback mapped into IPv6', 'https://[::ffff:127.0.0.1]/jwks', /public internet/],
    ['a private network', 'https://10.0.0.7/jwks', /public internet/],
    ['a private network of IPv6', 'https://[fd00::1]/jwks', /public internet/],
    ['link-local, where clouds keep secrets', 'https://169.254.169.254/latest', /public internet/],
    ['carrier-grade NAT', 'https://100.64.0.1/jwks', /public internet/],
    ['NAT64', 'https://[64:ff9b::7f00:1]/jwks', /public internet/],
    ['the unspecified address', 'https://0.0.0.0/jwks', /public internet/],
    ['2001 characters', `https://app.example.com/${'x'.repeat(2000)}`, /2000/],
  ]
  for (const [title, jwksUri, words] of refusedAddresses)
    test(`is refused at registration: ${title}`, async () => {
      const form = { authentication: 'key' as const, jwksUri }
      await assert.rejects(
        anApplication(app, clinic, form),
        (error: Error & { code?: string; field?: string }) => {
          assert.equal(error.code, 'invalid-parameter')
          assert.equal(error.field, 'jwksUri')
          assert.match(error.message, words)
          return true
        },
      )
    })

  test('is refused together with a key set', async () => {
    const form = {
      authentication: 'key' as const,
      jwks: { keys: [key.public] },
      jwksUri: 'https://app.example.com/jwks',
    }
    await assert.rejects(anApplication(app, clinic, form), { code: 'invalid-parameter', field: 'jwksUri' })
  })

  test('a name that leads to a private address is refused when it is asked', async () => {
    const { id } = await aClientOf('https://localhost:1/jwks')
    const { body } = await probe(id)
    assert.equal(body.error, 'invalid_client')
    assert.match(String(body.error_description), /not on the public internet/)
  })
})

test('in production plain http is refused on loopback, too', async () => {
  const { faultOfAddress } = await import('#server/applications/fetch-key-set.ts')
  assert.match(String(faultOfAddress('http://localhost/jwks', { allowsLoopbackHttp: false })), /https/)
})
