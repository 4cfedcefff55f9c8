import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, describe } from 'node:test'
import { answerConsent, authorize, openConsent, signIn } from '../../support/authorize.ts'
import { fieldOf, openBrowser } from '../../support/browser.ts'
import { anApplication, redirectUri } from '../../support/people.ts'
import { type Form, openWorld, person, type World } from './open-world.ts'
import { rfc9700Rules } from './rfc-9700-rules.ts'
import { rulesOf } from './rules.ts'

describe('RFC 9700: where browsers are sent', () => {
  const { prove, complete } = rulesOf(rfc9700Rules, 'rfc-9700-redirects')
  let world: World
  before(async () => {
    world = await openWorld({ REGISTRATION: 'open' })
  })
  after(() => world[Symbol.asyncDispose]())

  const good = (change: Form = {}): Form => ({
    response_type: 'code',
    client_id: world.client.id,
    redirect_uri: redirectUri,
    ...change,
  })
  /** A page for the person, and no way to anywhere. */
  async function assertShown(response: Response): Promise<void> {
    assert.equal(response.status, 400)
    assert.equal(response.headers.get('location'), null)
    const page = await response.text()
    assert.match(page, /could not be connected/)
    assert.doesNotMatch(page, /evil/)
  }
  const register = async (redirect_uris: string[]) => {
    const response = await fetch(`${world.app.portalUrl}/o/register/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_name: 'Diary', redirect_uris, scope: 'patient/*.read' }),
    })
    return { status: response.status, body: (await response.json()) as Record<string, string> }
  }

  const nearMisses = [
    `${redirectUri}/`,
    `${redirectUri}?`,
    `${redirectUri}#`,
    `${redirectUri}%20`,
    ` ${redirectUri}`,
    `${redirectUri}\u0000`,
    redirectUri.replace('redirect_uri', 'Redirect_uri'),
    redirectUri.replace('redirect_uri', 'redirect%5Furi'),
    redirectUri.replace('app.example.com', 'app.example.com:443'),
    redirectUri.replace('app.example.com', 'app.example.com.'),
    redirectUri.replace('app.example.com', 'evil.app.example.com'),
    redirectUri.replace('app.example.com', 'app.example.com.evil.example'),
    redirectUri.replace('https://', 'https:\\\\'),
    redirectUri.replace('https://', '//'),
    '/redirect_uri',
    '*',
    `https://evil.example/?${redirectUri}`,
    `data:text/html,${redirectUri}`,
  ]
  for (const redirect_uri of nearMisses)
    prove(
      'exactRedirect',
      async () => assertShown(await world.ask(good({ redirect_uri }))),
      JSON.stringify(redirect_uri),
    )

  prove(
    'exactRedirect',
    async () => {
      const doubled = `${new URLSearchParams(good())}&redirect_uri=https://evil.example/`
      const { status, headers } = await world.get(`/o/authorize/?${doubled}`)
      const location = headers.get('location') ?? ''
      assert.ok(status === 400 || location.startsWith(`${redirectUri}?error=invalid_request&`), location)
    },
    'two of them',
  )

  prove('loopbackPort', async () => {
    const native = await anApplication(world.app, world.clinic, {
      kind: 'public',
      redirectUris: ['http://127.0.0.1/cb', 'http://[::1]/cb'],
    })
    for (const redirect_uri of ['http://127.0.0.1:51004/cb', 'http://[::1]:9/cb'])
      assert.equal((await world.ask(good({ client_id: native.id, redirect_uri }))).status, 302)
    const others = [
      'https://127.0.0.1:51004/cb',
      'http://127.0.0.2/cb',
      'http://127.0.0.1:1/cb?x',
      'http://127.1:80/cb',
      'http://localhost:80/cb',
      'http://127.0.0.1:999999/cb',
      'http://127.0.0.1:80:80/cb',
    ]
    for (const redirect_uri of others)
      await assertShown(await world.ask(good({ client_id: native.id, redirect_uri })))
  })

  const unpaired: Array<[string, () => Form]> = [
    [
      'the redirect URI of another',
      () => good({ client_id: world.other.id, redirect_uri: 'https://evil.example/cb' }),
    ],
    ['an unknown client and a fault', () => good({ client_id: 'app_none', response_type: 'token' })],
    [
      'a faulty request with a foreign address',
      () => good({ redirect_uri: 'https://evil.example/', response_type: 'x' }),
    ],
    [
      'a faulty scope with a foreign address',
      () => good({ redirect_uri: 'https://evil.example/', scope: 'x' }),
    ],
    [
      'prompt=none with a foreign address',
      () => good({ redirect_uri: 'https://evil.example/', prompt: 'none' }),
    ],
    [
      'form_post to a foreign address',
      () => good({ redirect_uri: 'https://evil.example/', response_mode: 'form_post' }),
    ],
  ]
  for (const [title, params] of unpaired)
    prove('provenRedirect', async () => assertShown(await world.ask(params())), title)

  prove(
    'provenRedirect',
    async () => {
      const redirectUris = [redirectUri, `${redirectUri}2`]
      const { id } = await anApplication(world.app, world.clinic, { redirectUris })
      await assertShown(await world.ask({ response_type: 'code', client_id: id }))
    },
    'none, though the application has two',
  )

  const elsewhere = [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    'https:evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
  ]
  for (const target of elsewhere)
    prove(
      'noRedirector',
      async () => {
        const encoded = encodeURIComponent(target)
        const browser = openBrowser()
        const form = await browser.get(`${world.app.portalUrl}/signin?next=${encoded}`)
        const fields = {
          _csrf: fieldOf(form, '_csrf'),
          email: person,
          password: 'a-long-enough-password',
          next: target,
        }
        const after = await browser.post(`${world.app.portalUrl}/signin`, fields)
        assert.equal(after.location, `${world.app.portalUrl}/`)
        for (const path of [
          `/signin?next=${encoded}`,
          `/signout?next=${encoded}`,
          `/o/logout/?post_logout_redirect_uri=${encoded}`,
        ]) {
          const { location } = await browser.get(world.app.portalUrl + path)
          assert.ok(location === undefined || location === `${world.app.portalUrl}/`, location)
        }
      },
      target,
    )

  const faults: Array<[string, Form]> = [
    ['a scope that is none', { scope: 'everything' }],
    ['a response type that is none', { response_type: 'token' }],
    ['prompt=none', { prompt: 'none' }],
    ['form_post and a fault', { response_mode: 'form_post', request: 'x' }],
  ]
  for (const [title, change] of faults)
    prove(
      'askFirst',
      async () => {
        const { body } = await register([redirectUri])
        await assertShown(await world.ask(good({ client_id: String(body.client_id), ...change })))
        // The application gets the error at its own address.
        const known = await world.ask(good(change))
        assert.ok(known.status === 302 || (await known.text()).includes(`action="${redirectUri}"`))
      },
      title,
    )

  prove(
    'askFirst',
    async () => {
      const { body } = await register([redirectUri])
      const back = await authorize(
        world.app,
        String(body.client_id),
        person,
        { aud: `${world.app.fhirUrl}/fhir/r4` },
        { decision: 'Cancel' },
      )
      assert.equal(back.get('error'), 'access_denied')
    },
    'after a decision the person goes back to it',
  )

  prove('no307', async () => {
    const browser = openBrowser()
    const start = await browser.get(`${world.app.portalUrl}/o/authorize/?${new URLSearchParams(good())}`)
    const form = await browser.follow(start, world.app.portalUrl)
    const signedIn = await signIn(browser, form, person)
    assert.equal(signedIn.status, 303)
    const page = await browser.follow(signedIn, world.app.portalUrl)
    for (const decision of ['Cancel', 'Authorize']) {
      const { browser: other, page: consent } =
        decision === 'Cancel' ? { browser, page } : await openConsent(world.app, good(), person)
      const answered = await other.post(consent.url, {
        _csrf: fieldOf(consent, '_csrf'),
        decision,
        duration: 'once',
        kind: 'Patient',
        person: [...consent.body.matchAll(/name="person" value="([^"]+)/g)].map(([, id]) => id ?? ''),
      })
      assert.equal(answered.status, 303)
      // What goes to the application is the answer to a GET, which carries no form.
      assert.equal((await other.get(answered.location ?? '')).status, 302)
    }
  })

  prove('encryptedResponse', async () => {
    for (const uri of [
      'http://app.example.com/cb',
      'HTTP://app.example.com/cb',
      'http://127.0.0.1.example.com/cb',
      'http://localhost.example.com/cb',
      'http://192.168.0.7/cb',
    ]) {
      const { status, body } = await register([redirectUri, uri])
      assert.equal(status, 400, uri)
      assert.equal(body.error, 'invalid_redirect_uri')
      assert.match(String(body.error_description), /plain http/)
    }
    for (const uri of ['http://127.0.0.1/cb', 'http://localhost:3000/cb'])
      assert.equal((await register([uri])).status, 201)
  })

  prove('plainHttpWarned', async () => {
    const { applications } = world.app.modules
    const form = {
      name: 'Old',
      kind: 'confidential' as const,
      redirectUris: ['http://app.example.com/cb'],
      scopes: [],
    }
    const { warnings } = await applications.create(world.clinic.provider.id, form)
    assert.match(String(warnings[0]?.message), /anyone on the way can read the authorization code/)
  })

  prove('noCors', async () => {
    for (const method of ['OPTIONS', 'GET', 'POST']) {
      const response = await fetch(`${world.app.portalUrl}/o/authorize/?${new URLSearchParams(good())}`, {
        ...{ method, redirect: 'manual' },
        headers: { origin: 'https://spa.example', 'access-control-request-method': 'GET' },
      })
      for (const [name] of response.headers) assert.doesNotMatch(name, /^access-control-/, method)
    }
  })

  prove('issuer', async () => {
    const issuer = world.app.portalUrl
    assert.equal((await authorize(world.app, world.client.id, person)).get('iss'), issuer)
    assert.equal(
      (await authorize(world.app, world.client.id, person, {}, { decision: 'Cancel' })).get('iss'),
      issuer,
    )
    for (const change of [
      { scope: 'x' },
      { response_type: 'token' },
      { prompt: 'none' },
      { aud: 'https://other.example' },
    ]) {
      const back = new URL((await world.ask(good(change))).headers.get('location') ?? '')
      const reported = back.hash === '' ? back.searchParams : new URLSearchParams(back.hash.slice(1))
      assert.equal(reported.get('iss'), issuer)
    }
    const { browser, page } = await openConsent(world.app, good({ response_mode: 'form_post' }), person)
    const posted = await answerConsent(world.app, browser, page)
    assert.match(posted.body, new RegExp(`name="iss" value="${issuer}"`))
    for (const path of [
      '/.well-known/oauth-authorization-server',
      '/.well-known/openid-configuration',
      '/fhir/r4/.well-known/smart-configuration',
    ]) {
      const document = (await (await world.get(path)).json()) as Record<string, unknown>
      assert.equal(document.authorization_response_iss_parameter_supported, true)
      assert.equal(document.issuer, issuer)
    }
  })

  prove(
    'issuer',
    async () => {
      const { port } = world.app
      const path = `/o/authorize/?${new URLSearchParams(good({ scope: 'x' }))}`
      const askAs = (host: string) =>
        new Promise<{ status: number | undefined; location: string | undefined }>((done) => {
          request({ port, path, headers: { host } }, (response) => {
            response.resume()
            done({ status: response.statusCode, location: response.headers.location })
          }).end()
        })
      // An address of numbers is answered, e.g. to a health check; the name of somebody else is not.
      const { location = '' } = await askAs(`127.0.0.1:${port}`)
      assert.equal(new URL(location).searchParams.get('iss'), world.app.portalUrl)
      assert.deepEqual(await askAs('evil.example'), { status: 421, location: undefined })
    },
    'whatever the Host header says',
  )

  complete()
})
