import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Client } from 'fhir-kit-client'
import { getTokens } from '../support/authorize.ts'
import { aClinic, anApplication, aPatient, aReader, redirectUri } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

interface Bundle {
  resourceType: string
  total?: number
  link: Array<{ relation: string; url: string }>
  entry?: Array<{ resource: { resourceType: string; id: string } }>
}

describe('fhir-kit-client', () => {
  let app: TestApp
  let library: Client
  before(async () => {
    app = await startApp()
    const clinic = await aClinic(app, 'West Clinic')
    await aPatient(app, clinic, 'ana', { observations: 30 })
    await aReader(app, clinic, 'ana@example.com', ['ana'], 'self')
    const client = await anApplication(app, clinic, { redirectUris: [redirectUri] })
    const { access_token } = await getTokens(app, client, 'ana@example.com', { scope: 'patient/*.rs' })
    library = new Client({ baseUrl: `${app.fhirUrl}/fhir/r4`, bearerToken: access_token })
  })
  after(() => app[Symbol.asyncDispose]())

  test('finds where to sign in, by each of its ways', async () => {
    const found = await library.smartAuthMetadata()
    assert.equal(String(found.authorizeUrl), `${app.portalUrl}/o/authorize/`)
    assert.equal(String(found.tokenUrl), `${app.portalUrl}/o/token/`)
  })

  test('reads the CapabilityStatement, a record, its version and its history', async () => {
    const statement = (await library.capabilityStatement()) as { fhirVersion?: string }
    assert.equal(statement.fhirVersion, '4.0.1')
    const patient = (await library.read({ resourceType: 'Patient', id: 'ana' })) as unknown as { id: string }
    assert.equal(patient.id, 'ana')
    const version = (await library.vread({
      resourceType: 'Patient',
      id: 'ana',
      version: '1',
    })) as unknown as { id: string }
    assert.equal(version.id, 'ana')
    const history = (await library.history({ resourceType: 'Patient', id: 'ana' })) as unknown as Bundle
    assert.equal(history.total, 1)
  })

  test('searches by address and by form, and walks the pages forth and back', async () => {
    const searchParams = { patient: 'ana', _count: '10', _sort: '-date' }
    const first = (await library.search({ resourceType: 'Observation', searchParams })) as unknown as Bundle
    assert.equal(first.total, 30)
    const ids = new Set<string>()
    let page: Bundle | undefined = first
    let pages = 0
    while (page) {
      pages++
      for (const { resource } of page.entry ?? []) ids.add(resource.id)
      const next: unknown = library.nextPage({ bundle: page as never })
      page = next ? ((await next) as Bundle) : undefined
    }
    assert.deepEqual([ids.size, pages], [30, 3])
    const form = (await library.search({
      resourceType: 'Observation',
      searchParams,
      options: { postSearch: true },
    })) as unknown as Bundle
    assert.equal(form.total, 30)
  })

  test('an error carries the OperationOutcome', async () => {
    await assert.rejects(library.read({ resourceType: 'Patient', id: 'nobody' }), (error: unknown) => {
      const { response } = error as { response: { status: number; data: { resourceType: string } } }
      assert.deepEqual([response.status, response.data.resourceType], [404, 'OperationOutcome'])
      return true
    })
  })
})
