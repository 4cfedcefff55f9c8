import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import Provider, { errors } from 'oidc-provider'
import { currentTokenRequest, wrapTokenHandlers } from './oidc-internals.ts'
import { oncePerTokenRequest } from './once-per-token-request.ts'

const client = {
  client_id: 'service',
  client_secret: 'secret',
  redirect_uris: [],
  response_types: [],
  grant_types: ['client_credentials'],
  token_endpoint_auth_method: 'client_secret_post' as const,
}

/** The engine alone; `during` runs round its answer to a token request. */
async function startEngine(during: (handle: () => Promise<void>) => Promise<void>) {
  const provider = new Provider('http://127.0.0.1', {
    clients: [client],
    features: { devInteractions: { enabled: false }, clientCredentials: { enabled: true } },
  })
  wrapTokenHandlers(provider, (handle) => (ctx) => during(() => handle(ctx)))
  const server = createServer(provider.callback()).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  return {
    async askForToken() {
      const { client_id, client_secret } = client
      const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret })
      const answer = await fetch(`http://127.0.0.1:${port}/token`, { method: 'POST', body })
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
    },
    [Symbol.asyncDispose]: async () => void server.close(),
  }
}

test('what is put round the token handlers runs in every token request, and its errors are answered as the engine does', async () => {
  let isRefused = false
  await using engine = await startEngine(async (handle) => {
    await handle()
    if (isRefused) throw new errors.InvalidGrant('refused at the end')
  })
  assert.equal((await engine.askForToken()).status, 200)
  isRefused = true
  const { status, body } = await engine.askForToken()
  assert.equal(status, 400)
  assert.equal(body.error, 'invalid_grant')
  assert.equal(body.access_token, undefined)
})

test('the token request is known while it is answered, and nowhere else', async () => {
  const seen: unknown[] = []
  await using engine = await startEngine(async (handle) => {
    seen.push(currentTokenRequest())
    await handle()
  })
  await Promise.all([engine.askForToken(), engine.askForToken()])
  assert.equal(new Set(seen).size, 2)
  assert.ok(!seen.includes(undefined))
  assert.equal(currentTokenRequest(), undefined)
})

test('a look-up is made once in a token request, anew in the next one, and each time elsewhere', async () => {
  let lookedUp = 0
  const lookUp = oncePerTokenRequest(async (id) => {
    lookedUp += 1
    return `${id}${lookedUp}`
  })
  const answers: string[] = []
  await using engine = await startEngine(async (handle) => {
    await handle()
    answers.push(await lookUp('a'), await lookUp('a'), await lookUp('b'))
  })
  await engine.askForToken()
  await engine.askForToken()
  assert.deepEqual(answers, ['a1', 'a1', 'b2', 'a3', 'a3', 'b4'])
  assert.deepEqual([await lookUp('a'), await lookUp('a')], ['a5', 'a6'])
})
