import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { Bundle, Resource } from 'fhir/r4'
import { classicTypes } from '#server/apis/classic/classic.ts'
import { importRecords } from '#server/import/import.ts'
import { getTokens, readApi } from '../support/authorize.ts'
import { aClinic, anApplication, aReader } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { testData, testDataFolder } from '../support/test-data.ts'

const folder = testData('synthea')
const skip = folder
  ? false
  : `the Synthea patients are not in ${testDataFolder()}; put them there or set ONPATIENT_TEST_DATA`

/** Ids by type, as they stand in the files. */
async function readExpected(path: string): Promise<Map<string, Set<string>>> {
  const ids = new Map<string, Set<string>>()
  for (const name of await readdir(path)) {
    if (!name.endsWith('.json.gz')) continue
    const bundle = JSON.parse(gunzipSync(await readFile(join(path, name))).toString()) as Bundle
    for (const { resource } of bundle.entry ?? []) {
      const { resourceType, id = '' } = resource as Resource
      ids.set(resourceType, (ids.get(resourceType) ?? new Set()).add(id))
    }
  }
  return ids
}

/** All ids of a list, page by page, by `next` alone. */
async function walk(app: TestApp, path: string, token: string) {
  const ids: string[] = []
  let text = ''
  let count = 0
  for (let url: string | null = `${app.classicUrl}/${path}`; url; ) {
    const response: Response = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    assert.equal(response.status, 200)
    const body = await response.text()
    const page = JSON.parse(body) as { count: number; next: string | null; results: Array<{ id: string }> }
    assert.ok(page.results.length > 0 || page.count === 0, 'no empty page')
    ids.push(...page.results.map(({ id }) => id))
    text += body
    count = page.count
    url = page.next
  }
  return { ids, count, text }
}

test('fifty Synthea patients, imported, are read page by page with tokens got by the steps of the tutorial', {
  skip,
}, async () => {
  const path = folder ?? ''
  await using app = await startApp()
  const clinic = await aClinic(app, 'Synthea')
  const { rejected, problems } = await importRecords(
    { records: app.modules.records },
    { practiceId: clinic.practice.id, paths: [path] },
  )
  assert.deepEqual([rejected, problems], [0, []])
  const expected = await readExpected(path)
  const client = await anApplication(app, clinic)
  const { access_token: token } = await getTokens(app, client, clinic.provider.email)
  // The practice's own Organization and Practitioner are not in the files.
  const own = { Organization: 1, Practitioner: 1 } as Record<string, number>
  for (const { type } of classicTypes) {
    const { ids, count, text } = await walk(app, type, token)
    assert.equal(ids.length, count, `${type}: count is what the pages hold`)
    assert.equal(new Set(ids).size, ids.length, `${type}: each record once`)
    const wanted = expected.get(type) ?? new Set()
    assert.equal(ids.length, wanted.size + (own[type] ?? 0), type)
    for (const id of wanted) assert.ok(ids.includes(id), `${type}/${id}`)
    assert.doesNotMatch(
      text,
      /"urn:uuid:[^"]*"\s*[,}]\s*"?display|"reference":"urn:/,
      `${type}: references are resolved`,
    )
  }

  const [patientId = ''] = expected.get('Patient') ?? []
  await aReader(app, clinic, 'one@example.com', [patientId])
  const one = await getTokens(app, client, 'one@example.com')
  assert.equal(one.patient, patientId)
  const { body } = await readApi(app, 'Patient', one.access_token)
  assert.deepEqual(
    body.results.map(({ id }: { id: string }) => id),
    [patientId],
  )
  for (const type of ['Observation', 'Immunization', 'Encounter', 'Condition']) {
    const { ids, text } = await walk(app, `${type}?page-size=7`, one.access_token)
    assert.ok(ids.length > 0, type)
    const subjects = new Set([...text.matchAll(/"reference":"Patient\/([^"]+)"/g)].map(([, id]) => id))
    assert.deepEqual([...subjects], [patientId], type)
  }
})
