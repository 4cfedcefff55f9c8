import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { fastify } from 'fastify'
import { sendDocument, staticDocument } from './static-document.ts'

const text = JSON.stringify(Array.from({ length: 300 }, (_, at) => `line ${at}`))

async function startDocuments() {
  const app = fastify()
  const [long, short] = [staticDocument(text), staticDocument('short')]
  app.get('/long', async (request, reply) => sendDocument(request, reply.type('text/plain'), long))
  app.get('/short', async (request, reply) => sendDocument(request, reply.type('text/plain'), short))
  return app
}

const decode = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
  identity: (bytes: Buffer) => bytes,
}

test('the client chooses the content coding; every answer varies by it and has the one ETag', async () => {
  await using app = await startDocuments()
  const plain = await app.inject('/long')
  assert.equal(plain.headers['content-encoding'], undefined)
  for (const [accepted, coding] of [
    ['br', 'br'],
    ['gzip', 'gzip'],
    ['identity', 'identity'],
    ['*;q=0', 'identity'],
    ['', 'identity'],
    ['gzip, deflate, br, zstd', 'br'],
    ['br;q=0, *', 'gzip'],
    ['GZIP;Q=0.5', 'gzip'],
    ['identity;q=0.9, br;q=0.8', 'identity'],
  ] as const) {
    const { headers, rawPayload } = await app.inject({
      url: '/long',
      headers: { 'accept-encoding': accepted },
    })
    assert.equal(headers['content-encoding'] ?? 'identity', coding, accepted)
    assert.equal(decode[coding](rawPayload).toString(), text)
    assert.equal(headers.vary, 'Accept, Accept-Encoding')
    assert.equal(headers.etag, plain.headers.etag)
    assert.equal(Number(headers['content-length']), rawPayload.length)
  }
})

test('HEAD has the headers of GET and no body, in each coding', async () => {
  await using app = await startDocuments()
  for (const accepted of ['br', 'gzip', 'identity']) {
    const headers = { 'accept-encoding': accepted }
    const [get, head] = await Promise.all([
      app.inject({ url: '/long', headers }),
      app.inject({ method: 'HEAD', url: '/long', headers }),
    ])
    assert.equal(head.statusCode, 200)
    assert.equal(head.rawPayload.length, 0)
    for (const name of ['etag', 'vary', 'content-encoding', 'content-length', 'content-type'])
      assert.equal(head.headers[name], get.headers[name], `${name} with ${accepted}`)
  }
})

test('who has the document gets 304 in every coding, also with a strong tag or several', async () => {
  await using app = await startDocuments()
  const etag = String((await app.inject('/long')).headers.etag)
  for (const accepted of ['br', 'gzip', 'identity'])
    for (const tags of [etag, etag.slice(2), `"other", ${etag}`, `"other",${etag}`, '*']) {
      const again = await app.inject({
        url: '/long',
        headers: { 'accept-encoding': accepted, 'if-none-match': tags, 'cache-control': 'no-cache' },
      })
      assert.deepEqual([again.statusCode, again.payload], [304, ''], tags)
      assert.equal(again.headers.etag, etag)
      assert.equal(again.headers['content-encoding'], undefined)
      assert.equal(again.headers.vary, 'Accept, Accept-Encoding')
    }
  for (const tags of ['W/"other"', '"a", "b"', ''])
    assert.equal(
      (await app.inject({ url: '/long', headers: { 'if-none-match': tags } })).statusCode,
      200,
      tags,
    )
})

test('a short text stays as it is', async () => {
  await using app = await startDocuments()
  const { headers, payload } = await app.inject({ url: '/short', headers: { 'accept-encoding': 'br' } })
  assert.deepEqual([headers['content-encoding'], payload], [undefined, 'short'])
})

/** Decision 0035: what one person gets, with secrets in it, is never compressed. */
test('no other file of the server compresses an answer', () => {
  const server = join(import.meta.dirname, '..')
  const names = readdirSync(server, { recursive: true, encoding: 'utf8' })
  const compressing = names.filter(
    (name) =>
      /(?<!\.test)\.ts$/.test(name) && /content-encoding/i.test(readFileSync(join(server, name), 'utf8')),
  )
  assert.deepEqual(compressing, ['http/static-document.ts'])
})
