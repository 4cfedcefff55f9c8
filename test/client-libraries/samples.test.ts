import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { samples as documented } from '#server/docs-pages/samples.ts'
import { aClinic, anApplication, aPatient, aReader, type Clinic } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { findRedirectUri, findWay, runSample } from './run-sample.ts'
import { samples } from './samples.ts'

describe('the samples', () => {
  let app: TestApp
  let clinic: Clinic
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'West Clinic')
    await aPatient(app, clinic, 'ana', { immunizations: 45, observations: 30 })
    await aReader(app, clinic, 'ana@example.com', ['ana'], 'self')
  })
  after(() => app[Symbol.asyncDispose]())

  async function settingsOf(scope?: string): Promise<Record<string, string>> {
    const REDIRECT_URI = await findRedirectUri()
    const { id, secret } = await anApplication(app, clinic, { redirectUris: [REDIRECT_URI] })
    return {
      CLIENT_ID: id,
      CLIENT_SECRET: secret,
      REDIRECT_URI,
      ...(scope === undefined ? {} : { SCOPE: scope }),
    }
  }

  test('every sample that is said to have run is run here, with the version that is informed of npm libraries', async () => {
    const started = samples.map(({ folder, ways }) => `${folder}/${ways[0]?.start.at(-1)}`)
    for (const { file, library, versions, ranOn } of documented) {
      const isStarted = started.includes(file) || (file.startsWith('rust/') && ranOn !== undefined)
      assert.equal(isStarted, ranOn !== undefined, file)
      if (!/^(javascript|typescript)\//.test(file)) continue
      const lock = JSON.parse(await readFile('package-lock.json', 'utf8'))
      assert.ok(
        versions.startsWith(`${library} ${lock.packages[`node_modules/${library}`].version},`),
        versions,
      )
    }
  })

  for (const sample of samples) {
    const way = findWay(sample)
    const skip = way ? false : `not on this machine: ${sample.wants}`

    test(`${sample.name}: authorize, token, refresh, list, search, revoke`, { skip }, async () => {
      assert.ok(way)
      const lines = await runSample(app, sample, way, await settingsOf(), 'ana@example.com')
      const steps = lines.filter((line) => /^\d\. /.test(line))
      assert.match(steps.join('\n'), /^1\. Authorized: .+\n2\. Token: .+\n3\. Refreshed\n/)
      assert.deepEqual(steps.slice(3), [
        '4. Classic API: 45 immunizations on 3 pages',
        '5. R4 API: 5 of 30 observations, the latest first',
        '6. Revoked: the API answers 401',
      ])
      if (sample.signsIn) assert.match(lines.join('\n'), /^ {3}Signed in: \S+/m)
    })

    if (sample.signsIn)
      for (const scope of ['openid', 'openid profile email'])
        test(`${sample.name}: sign-in alone, ${scope}`, { skip }, async () => {
          assert.ok(way)
          const lines = await runSample(app, sample, way, await settingsOf(scope), 'ana@example.com')
          const text = lines.slice(1).join('\n')
          assert.match(text, /^1\. Authorized: .+\n2\. Token: .+\n {3}Signed in: \S+.*$/)
          if (scope.includes('profile') && sample.name !== 'fhirclient')
            assert.match(text, /Signed in: \S+ ana$/)
        })
  }
})
