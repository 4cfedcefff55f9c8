import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { brotliDecompressSync } from 'node:zlib'
import Fastify, { type FastifyInstance } from 'fastify'
import { documentScopes } from '#fhir/scope/supported-scopes.ts'
import type { Account } from '../accounts/accounts.ts'
import { errorCatalogue, OnpatientError } from '../errors.ts'
import { type BrowserDeps, browser, type SignedIn } from '../http/browser.ts'
import { outcomeOf } from '../http/operation-outcome.ts'
import { grantTypes } from '../http/smart-configuration.ts'
import { describeLimits, limitSettings, readLimits } from '../limits.ts'
import { pageErrors } from '../pages/page-errors.ts'
import { pageHeaders } from '../pages/page-headers.ts'
import { settingRows } from '../settings.ts'
import { addressesOf } from './addresses.ts'
import type { DocsFacts } from './docs-facts.ts'
import { formatDuration } from './docs-facts.ts'
import { docsPages } from './docs-pages.ts'
import { readSample, samples } from './samples.ts'
import * as examples from './tutorial-examples.ts'

const tutorial = '/api_fhir/api-docs/tutorial'
const documentation = '/api_fhir/api-docs/documentation'
const paths = [tutorial, documentation]

const limits = readLimits({})

const facts: DocsFacts = {
  portalUrl: 'https://portal.example',
  fhirUrl: 'https://api.example',
  isProduction: false,
  r4Types: [{ type: 'Goal', parameters: ['lifecycle-status'] }],
  classicTypes: [
    { type: 'Immunization', description: 'Vaccinations', hasDate: true, hasPatient: true },
    { type: 'Organization', description: 'Practices', hasDate: false, hasPatient: false },
  ],
  scopes: documentScopes(),
  limits: {
    codeSeconds: 60,
    accessTokenSeconds: 172_800,
    refreshTokenSeconds: 34_214_400,
    refreshGraceSeconds: 10,
    pageSize: 50,
    maximumPageSize: 500,
    launchSeconds: 300,
    r4: { pageSize: 51, maximumPageSize: 1001, types: 21 },
    bodyBytes: limits.bodyBytes,
    tokenRequests: limits.tokenRequests,
  },
  bounds: {
    request: describeLimits(limits, 'request'),
    rate: describeLimits(limits, 'rate'),
    mail: describeLimits(limits, 'mail'),
    ownership: describeLimits(limits, 'ownership'),
  },
  settings: settingRows.filter(({ name }) => !limitSettings.some((each) => each.name === name)),
}

async function startDocs(
  changes: Partial<DocsFacts> = {},
  findSignIn: BrowserDeps['findSignIn'] = async () => undefined,
): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(browser, {
    findSignIn,
    cookieKey: 'k'.repeat(32),
    isSecure: false,
  })
  await app.register(pageHeaders, { isSecure: false })
  await app.register(pageErrors, { isProduction: false })
  await app.register(docsPages({ ...facts, ...changes }))
  return app
}

async function read(app: FastifyInstance, url: string): Promise<string> {
  const answer = await app.inject(url)
  assert.equal(answer.statusCode, 200, url)
  assert.match(String(answer.headers['content-type']), /^text\/html/)
  return answer.body
}

/** Without what differs from one visit to the next. */
function withoutCsrf(page: string): string {
  return page.replaceAll(/name="_csrf" value="[^"]*"/g, '')
}

for (const path of paths) {
  test(`${path} answers with and without a slash at the end, without a redirect`, async () => {
    await using app = await startDocs()
    assert.equal(withoutCsrf(await read(app, `${path}/`)), withoutCsrf(await read(app, path)))
  })

  test(`${path} weighs less than 120 kB and holds nothing that its policy forbids`, async () => {
    await using app = await startDocs()
    const page = await read(app, path)
    assert.ok(Buffer.byteLength(page) < 120_000, `${Buffer.byteLength(page)} bytes`)
    assert.doesNotMatch(page, /<style|\sstyle=|<[a-z][^>]*\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:/i)
  })

  test(`every link of ${path} to a place in the pages arrives`, async () => {
    await using app = await startDocs()
    const page = await read(app, path)
    const links = [...page.matchAll(/href="((?:\/api_fhir\/api-docs\/[^"#]*)?)#([^"]+)"/g)]
    assert.ok(links.length > 10)
    for (const [link, target = '', id] of links) {
      const found = (await read(app, target || path)).split(` id="${id}"`).length - 1
      assert.equal(found, 1, `${link} has ${found} targets`)
    }
  })

  test(`${path} loads its stylesheet and script from this server, to be kept for ever`, async () => {
    await using app = await startDocs()
    const page = await read(app, path)
    for (const [, file] of page.matchAll(/"(\/assets\/docs-[0-9a-f]+\.(?:css|js))"/g)) {
      const answer = await app.inject(String(file))
      assert.equal(answer.statusCode, 200)
      assert.match(String(answer.headers['cache-control']), /immutable/)
      assert.match(String(answer.headers['content-type']), /^text\/(css|javascript)/)
    }
    assert.equal([...page.matchAll(/\/assets\/docs-/g)].length, 2)
  })
}

test('every sample has a page with its program and the addresses of this server, and is downloaded as it is', async () => {
  await using app = await startDocs()
  const list = await read(app, '/api_fhir/api-docs/samples')
  for (const { id, file, project, ranOn } of samples) {
    assert.ok(list.includes(`href="/api_fhir/api-docs/samples/${id}"`), id)
    const page = await read(app, `/api_fhir/api-docs/samples/${id}`)
    assert.match(page, /https:\/\/portal\.example/)
    assert.match(page, /https:\/\/api\.example/)
    assert.equal(/was never run/.test(page), ranOn === undefined, id)
    assert.ok(Buffer.byteLength(page) < 100_000, `${id}: ${Buffer.byteLength(page)} bytes`)
    for (const each of [file, ...(project === undefined ? [] : [project])]) {
      const program = readSample(each)
      const answer = await app.inject(`/api_fhir/api-docs/samples/${id}/${each.split('/').at(-1)}`)
      assert.equal(answer.body, program)
      assert.match(String(answer.headers['content-type']), /^text\/plain/)
    }
    assert.equal(/NOT RUN/.test(readSample(file)), ranOn === undefined, `${file} says whether it was run`)
    for (const step of [
      '1. Authorized',
      '2. Token',
      '3. Refreshed',
      '4. Classic API',
      '5. R4 API',
      '6. Revoked',
    ])
      assert.ok(readSample(file).includes(step), `${file}: ${step}`)
    assert.match(readSample(file), /offline_access/)
  }
})

test('the tutorial names the two origins of this server', async () => {
  await using app = await startDocs()
  const page = await read(app, tutorial)
  assert.match(page, /https:\/\/portal\.example\/o\/authorize\//)
  assert.match(page, /https:\/\/portal\.example\/o\/token\//)
  assert.match(page, /https:\/\/api\.example\/onpatient_api\/fhir\/Immunization/)
  assert.match(page, /has another host/)
})

test('the tutorial says when portal and API share one origin', async () => {
  await using app = await startDocs({ fhirUrl: 'https://portal.example' })
  assert.match(await read(app, tutorial), /shares its host/)
})

test('the demo client and the settings are named outside production only', async () => {
  await using development = await startDocs()
  await using production = await startDocs({ isProduction: true })
  assert.match(await read(development, tutorial), /href="\/demo\/client"/)
  assert.doesNotMatch(await read(production, tutorial), /\/demo\/client/)
  assert.match(await read(development, documentation), /DATABASE_URL/)
  assert.doesNotMatch(await read(production, documentation), /DATABASE_URL/)
})

test('the documentation lists every error code, type, limit and lifetime that it was given', async () => {
  await using app = await startDocs()
  const page = (await read(app, documentation)).replaceAll(/ (?:role|scope|data-head)="[^"]*"/g, '')
  for (const code of Object.keys(errorCatalogue))
    assert.match(page, new RegExp(`<th><code>${code}</code></th>`))
  assert.match(
    page,
    />Immunization<\/a><\/th><td>Vaccinations<\/td><td><code>patient<\/code> <code>date<\/code>/,
  )
  assert.match(page, />Organization<\/a><\/th><td>[^<]+<\/td><td>–<\/td>/)
  for (const { what, most } of facts.bounds.rate)
    assert.ok(page.includes(`<th>${what}</th><td>${most}</td>`), what)
  assert.match(page, /<td>48 hours<\/td><td>172800<\/td>/)
  assert.match(page, /from 1 to 500/)
})

test('what an API says of its types reaches the page escaped', async () => {
  await using app = await startDocs({
    r4Types: [],
    classicTypes: [{ type: 'Basic', hasDate: false, hasPatient: true, description: '<b>x</b>' }],
  })
  assert.match(await read(app, documentation), /&lt;b&gt;x&lt;\/b&gt;/)
})

const makers = Object.entries(examples)
const addresses = addressesOf('https://portal.example', 'https://api.example')

/** What stands around an example in a program. */
const around = `export {}
declare const query: URLSearchParams
declare const expectedState: string
`

/** The example that refreshes begins with what the one that exchanges the code has kept. */
const keptBefore = { refreshExample: 'declare const refreshToken: string\n' } as Record<string, string>

test('the TypeScript of every example passes the strict compiler', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-examples-'))
  t.after(() => rm(folder, { recursive: true }))
  const files = makers.map(([name, make]) => ({
    file: join(folder, `${name}.ts`),
    code: `${around}${keptBefore[name] ?? ''}${make(addresses).typescript}`,
  }))
  await Promise.all(files.map(({ file, code }) => writeFile(file, code)))
  const compiler = join(import.meta.dirname, '../../node_modules/typescript/bin/tsc')
  const options = [
    '--strict',
    '--noUncheckedIndexedAccess',
    '--noEmit',
    '--target',
    'es2022',
    '--module',
    'es2022',
  ]
  const libraries = ['--lib', 'es2022,dom,dom.iterable', '--types', '']
  const { stdout, status } = spawnSync(
    process.execPath,
    [compiler, ...options, ...libraries, ...files.map(({ file }) => file)],
    { encoding: 'utf8', cwd: folder },
  )
  assert.equal(status, 0, stdout)
})

for (const [name, make] of makers)
  test(`${name}: all three languages name the same address`, () => {
    const example = make(addresses)
    const [address] = /https:\/\/(?:portal|api)\.example[^'\s?]*/.exec(example.curl) ?? []
    assert.ok(address && example.python.includes(address) && example.typescript.includes(address), name)
  })

test('durations are written as people say them', () => {
  assert.deepEqual([1, 60, 120, 172_800, 34_214_400, 90].map(formatDuration), [
    '1 second',
    '60 seconds',
    '2 minutes',
    '48 hours',
    '396 days',
    '90 seconds',
  ])
})

test('who is not signed in gets a page that is compressed and kept; who is gets one of their own', async () => {
  await using app = await startDocs()
  for (const path of paths) {
    const plain = await app.inject(path)
    assert.match(String(plain.headers.vary), /Cookie, Accept-Encoding/)
    assert.equal(plain.headers['cache-control'], 'private, no-cache')
    assert.equal(plain.headers['set-cookie'], undefined)
    assert.doesNotMatch(plain.body, /_csrf/)
    const packed = await app.inject({ url: path, headers: { 'accept-encoding': 'br, gzip' } })
    assert.equal(packed.headers['content-encoding'], 'br')
    assert.equal(brotliDecompressSync(packed.rawPayload).toString(), plain.body)
    const etag = String(packed.headers.etag)
    assert.equal((await app.inject({ url: path, headers: { 'if-none-match': etag } })).statusCode, 304)
  }
  const account = { id: 'account-1', displayName: 'Ada', email: 'ada@example.com' } as Account
  await using own = await startDocs({}, async () => ({ account, signIn: { id: 'sign-in-1' } }) as SignedIn)
  const cookie = 'onpatient_sign_in=token'
  const { headers, body } = await own.inject({
    url: paths[0] ?? '',
    headers: { cookie, 'accept-encoding': 'br, gzip' },
  })
  assert.match(body, /_csrf/)
  assert.match(body, /ada@example\.com/)
  assert.equal(headers['content-encoding'], undefined)
  assert.equal(headers['cache-control'], 'no-store')
  assert.equal(headers.etag, undefined)
})

test('what the pages say of numbers, grants and errors comes from the parts that enforce them', async () => {
  await using app = await startDocs({
    limits: {
      ...facts.limits,
      codeSeconds: 45,
      accessTokenSeconds: 7 * 3600,
      bodyBytes: 3 * 1024 ** 2,
      tokenRequests: 4000,
    },
  })
  const [page, steps] = [await read(app, documentation), await read(app, tutorial)]
  assert.match(page, /Bodies may have 3 MB/)
  assert.match(page, /\(51, at most 1001\)/)
  assert.match(page, /at most 21\)/)
  assert.match(page, /within 5 minutes, for this application/)
  assert.match(page, /4,000 requests may come at once .* 3,900 are left/)
  assert.match(steps, /The code lives for 45 seconds/)
  assert.match(steps, /An access token lasts 7 hours/)
  // The examples are marked up for their colours.
  const plain = (html: string) => html.replaceAll(/<[^>]*>/g, '').replaceAll('&quot;', '"')
  assert.match(plain(page), /RateLimit-Policy: "token";q=4000;w=300\nRateLimit: "token";r=3900;t=8/)
  assert.match(plain(steps), /"expires_in": 25200/)
  for (const grantType of grantTypes) assert.ok(page.includes(`<code>${grantType}</code>`), grantType)
  assert.match(page, /grant_type is none of authorization_code, refresh_token, client_credentials/)
  const { issue } = outcomeOf(new OnpatientError('token-expired', 'x'), 'r')
  const [{ code } = { code: '' }] = issue as Array<{ code: string }>
  assert.equal(code, 'security')
  assert.ok(plain(page).includes(`"code": "${code}"`))
  assert.doesNotMatch(plain(page), /"code": "expired"/)
})
