import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { type FastifyInstance, fastify } from 'fastify'
import { portalApp } from './portal-app.ts'

const script = 'console.log("portal")\n'.repeat(200)

describe('files of the portal', () => {
  let folder: string
  let app: FastifyInstance
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onpatient-portal-'))
    await writeFile(join(folder, 'index.html'), '<!doctype html>')
    await writeFile(join(folder, 'main.js'), script)
    await writeFile(join(folder, 'main.js.br'), brotliCompressSync(script))
    await writeFile(join(folder, 'main.js.gz'), gzipSync(script))
    await writeFile(join(folder, 'plain.css'), 'a { color: red }')
    app = fastify()
    await app.register(portalApp({ isProduction: true, admission: { ruleOf: async () => 'open' }, folder }))
  })
  after(async () => {
    await app.close()
    await rm(folder, { recursive: true })
  })

  const ask = (file: string, accepted: string, method: 'GET' | 'HEAD' = 'GET') =>
    app.inject({ method, url: `/portal-assets/${file}`, headers: { 'accept-encoding': accepted } })

  it('come in the coding that the client takes, made at build time', async () => {
    for (const [accepted, coding] of [
      ['br', 'br'],
      ['gzip', 'gzip'],
      ['gzip, deflate, br', 'br'],
      ['identity', undefined],
      ['*;q=0', undefined],
      ['br;q=0, gzip;q=0', undefined],
    ] as const) {
      const { headers, rawPayload, statusCode } = await ask('main.js', accepted)
      assert.equal(statusCode, 200)
      assert.equal(headers['content-encoding'], coding, accepted)
      const decode = { br: brotliDecompressSync, gzip: gunzipSync, none: (bytes: Buffer) => bytes }
      assert.equal(decode[coding ?? 'none'](rawPayload).toString(), script)
      assert.match(String(headers.vary), /accept-encoding/i)
      assert.match(String(headers['content-type']), /javascript/)
      assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable')
    }
  })

  it('without a compressed one beside it come as they are', async () => {
    const { headers, payload } = await ask('plain.css', 'br, gzip')
    assert.deepEqual([headers['content-encoding'], payload], [undefined, 'a { color: red }'])
    assert.match(String(headers.vary), /accept-encoding/i)
  })

  it('answer HEAD alike, and 304 to the ETag of each coding', async () => {
    for (const accepted of ['br', 'gzip', 'identity']) {
      const [get, head] = [await ask('main.js', accepted), await ask('main.js', accepted, 'HEAD')]
      assert.equal(head.rawPayload.length, 0)
      for (const name of ['etag', 'content-encoding', 'content-length', 'content-type'])
        assert.equal(head.headers[name], get.headers[name], `${name} with ${accepted}`)
      const again = await app.inject({
        url: '/portal-assets/main.js',
        headers: { 'accept-encoding': accepted, 'if-none-match': String(get.headers.etag) },
      })
      assert.equal(again.statusCode, 304)
    }
  })

  it('never hand out the document, which needs a nonce', async () => {
    assert.equal((await ask('index.html', 'br')).statusCode, 404)
  })
})

it('the build compresses every script and stylesheet of more than a thousand bytes', async () => {
  const dist = join(import.meta.dirname, '../../portal/dist')
  const names = await readdir(dist)
  const files = names.filter((name) => /\.(js|css)$/.test(name))
  assert.ok(files.length > 10)
  for (const name of files) {
    if ((await stat(join(dist, name))).size < 1000) continue
    const content = await readFile(join(dist, name))
    assert.deepEqual(brotliDecompressSync(await readFile(join(dist, `${name}.br`))), content, name)
    assert.deepEqual(gunzipSync(await readFile(join(dist, `${name}.gz`))), content, name)
  }
})
