import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import Database from 'better-sqlite3'
import { sql } from 'kysely'
import { authorize, getTokens, readApi, signIn } from '../support/authorize.ts'
import { openBrowser } from '../support/browser.ts'
import { aClinic, anApplication, aPatient, aReader, password, redirectUri } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { countRows } from './count-rows.ts'

interface Trouble {
  name: string
  words: RegExp
  /** Brings the trouble about; the result ends it. */
  begin(app: TestApp): Promise<() => Promise<void>>
}

const pragma = (app: TestApp, text: string) => sql.raw(`pragma ${text}`).execute(app.store.db)

const troubles: Trouble[] = [
  {
    name: 'locked by another program',
    words: /locked by another program/,
    async begin(app) {
      await pragma(app, 'busy_timeout = 20')
      const other = new Database(join(app.folder, 'onpatient.db'))
      other.exec('begin immediate')
      return async () => void other.close()
    },
  },
  {
    name: 'read-only',
    words: /read-only/,
    async begin(app) {
      await pragma(app, 'query_only = on')
      return async () => void (await pragma(app, 'query_only = off'))
    },
  },
]

for (const { name, words, begin } of troubles) {
  describe(`a database that is ${name}`, () => {
    let app: TestApp
    let end: () => Promise<void>
    let code: string
    let token: string
    let client: { id: string; secret: string }
    let rows: Record<string, number>
    before(async () => {
      app = await startApp()
      const clinic = await aClinic(app, 'Slow Disk')
      await aPatient(app, clinic, 'ana')
      await aReader(app, clinic, 'ana@example.com', ['ana'])
      client = await anApplication(app, clinic)
      token = (await getTokens(app, client, 'ana@example.com')).access_token
      code = (await authorize(app, client.id, 'ana@example.com')).get('code') ?? ''
      rows = await countRows(app)
      end = await begin(app)
    })
    after(async () => {
      await app[Symbol.asyncDispose]()
    })

    const exchange = () =>
      fetch(`${app.portalUrl}/o/token/`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          code,
          redirect_uri: redirectUri,
          client_id: client.id,
          client_secret: client.secret,
        }),
      })

    test('still reads records', async () => {
      const answer = await readApi(app, 'Immunization', token)
      assert.equal(answer.status, 200)
      assert.equal(answer.body.count, 2)
    })

    test('answers the token end point with 503, a reason and when to try again', async () => {
      const answer = await exchange()
      assert.equal(answer.status, 503)
      assert.ok(Number(answer.headers.get('retry-after')) > 0)
      assert.match(JSON.stringify(await answer.json()), words)
    })

    test('answers a sign-in with a 503 page that says why', async () => {
      const browser = openBrowser()
      const page = await browser.get(`${app.portalUrl}/signin`)
      assert.equal(page.status, 200)
      const answer = await signIn(browser, page, 'ana@example.com', password)
      assert.equal(answer.status, 503)
      assert.ok(Number(answer.headers.get('retry-after')) > 0)
      assert.match(answer.body, words)
    })

    test('refuses a batch of records as a whole', async () => {
      const { practices, records } = app.modules
      const [practice] = await practices.list()
      const resources = Array.from({ length: 50 }, (_, index) => ({
        practiceId: practice?.id ?? '',
        resource: { resourceType: 'Patient' as const, id: `new-${index}` },
      }))
      await assert.rejects(records.write(resources))
    })

    test('has nothing half-written, and serves again when the trouble is over', async () => {
      assert.deepEqual(await countRows(app), rows)
      await end()
      assert.equal((await exchange()).status, 200, 'the code was not used up by the failed try')
    })
  })
}
