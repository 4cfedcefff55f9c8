import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { loadValidator } from '#fhir/validation/validate.ts'
import { getTokens } from '../support/authorize.ts'
import { aClinic, anApplication, aPatient, aReader, type Clinic } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

/** Whatever the server itself writes or answers passes the validation that it asks of others. */
describe('what the server writes itself', () => {
  let app: TestApp
  let clinic: Clinic
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'North Clinic')
    await aPatient(app, clinic, 'ana')
    await aReader(app, clinic, 'parent@example.com', ['ana'], 'parent')
    await app.modules.practices.createSandbox(clinic.provider)
  })
  after(() => app[Symbol.asyncDispose]())

  async function faultsOf(resource: unknown): Promise<string[]> {
    const validator = await loadValidator()
    return validator
      .validate(resource)
      .filter(({ severity }) => severity === 'error')
      .map(({ expression, message }) => `${expression}: ${message}`)
  }

  test('records of practices, providers, proxies and sandboxes are valid by their profiles', async () => {
    const rows = await app.store.db.selectFrom('record').select(['type', 'id', 'content']).execute()
    const types = new Set(rows.map(({ type }) => type))
    for (const type of ['Organization', 'Practitioner', 'RelatedPerson', 'Patient', 'Observation'])
      assert.ok(types.has(type), type)
    // What the test itself wrote for Ana is as short as a test can be.
    for (const { type, id, content } of rows.filter(({ id }) => !/^ana-(obs|imm)-/.test(id)))
      assert.deepEqual(await faultsOf(JSON.parse(String(content))), [], `${type}/${id}`)
  })

  const json = async (url: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(url, { headers })
    return { answer, body: (await answer.json()) as Record<string, unknown> }
  }

  test('each API says in its metadata what it can do, without a token', async () => {
    for (const base of ['/fhir/r4', '/onpatient_api/fhir']) {
      const { answer, body } = await json(`${app.fhirUrl}${base}/metadata`)
      assert.deepEqual([answer.status, body.resourceType], [200, 'CapabilityStatement'])
      assert.deepEqual(await faultsOf(body), [], base)
      assert.match(JSON.stringify(body), /oauth-uris/)
      assert.match(JSON.stringify(body.implementation), new RegExp(base))
    }
    const statement = (await json(`${app.classicUrl}/metadata`)).body as {
      rest: Array<{ resource: object[] }>
    }
    const listed = statement.rest[0]?.resource.map((each) => (each as { type: string }).type)
    assert.ok(listed?.includes('Immunization') && listed.length === 26)
  })

  test('a refusal is a valid OperationOutcome, whose diagnostics say what to do; `detail` is for old clients alone', async () => {
    for (const base of ['/fhir/r4', '/onpatient_api/fhir'])
      for (const path of ['Patient', 'Nothing/x', 'Patient?_count=x']) {
        const headers = { accept: 'application/fhir+json' }
        const { body } = await json(`${app.fhirUrl}${base}/${path}`, headers)
        assert.deepEqual(await faultsOf(body), [], `${base} ${path}`)
        assert.equal('detail' in body, false)
        const [issue] = body.issue as Array<{ details: { text: string }; diagnostics: string }>
        assert.ok(issue?.diagnostics.startsWith(issue.details.text), JSON.stringify(body))
      }
    for (const accept of ['application/json', '*/*', 'application/json+fhir']) {
      const { body } = await json(`${app.classicUrl}/Patient`, { accept })
      assert.match(String(body.detail), /access token is missing/)
    }
  })

  test('a token that may not write is refused before its body is read', async () => {
    // Of one practice alone: the provider of the other one has a sandbox, too.
    const other = await aClinic(app, 'South Clinic')
    const client = await anApplication(app, other)
    const { access_token } = await getTokens(app, client, other.provider.email, { scope: 'user/*.read' })
    const headers = { authorization: `Bearer ${access_token}`, 'content-type': 'application/fhir+json' }
    const body = JSON.stringify({ resourceType: 'Observation', id: 'x' })
    for (const [method, path] of [
      ['POST', 'Observation'],
      ['PUT', 'Observation/x'],
      ['PUT', 'Observation?_id=x'],
    ] as const) {
      const answer = await fetch(`${app.fhirUrl}/fhir/r4/${path}`, { method, headers, body })
      assert.equal(answer.status, 403, `${method} ${path}`)
      assert.match(answer.headers.get('www-authenticate') ?? '', /insufficient_scope/)
    }
  })
})
