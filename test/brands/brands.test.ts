import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Bundle, Endpoint, Organization } from 'fhir/r4'
import { loadValidator } from '#fhir/validation/validate.ts'
import type { BrandForm } from '#server/practices/practices.ts'
import { aClinic, type Clinic } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

const brandPath = '/.well-known/smart-brands'
const basePath = '/.well-known/service-base-urls'

const form: BrandForm = {
  isListed: true,
  name: 'Elm Street Clinic',
  aliases: ['Elm Street', 'The Elm'],
  npi: '1234567893',
  website: 'https://www.elm.example/home',
  logoUri: 'https://elm.example/logo.png',
  description: 'Results, visits and *messages*.',
  phone: '(555) 555-0100',
  addressLine: '1 Elm Street',
  city: 'Springfield',
  state: 'IL',
  postalCode: '62701',
}

/** SMART App Launch 2.2, user-access brands and endpoints. */
describe('the published list of practices', () => {
  let app: TestApp
  let listed: Clinic
  let hidden: Clinic
  before(async () => {
    app = await startApp()
    listed = await aClinic(app, 'Listed Clinic')
    hidden = await aClinic(app, 'Hidden Clinic')
    await app.modules.practices.brands.save(listed.practice.id, form)
    await app.modules.practices.brands.save(hidden.practice.id, {
      ...form,
      isListed: false,
      name: 'Hidden Clinic',
    })
    await aClinic(app, 'Silent Clinic')
    await app.modules.practices.createSandbox({ id: listed.provider.id, displayName: 'Dr. Sand' })
  })
  after(() => app[Symbol.asyncDispose]())

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${app.portalUrl}${path}`, { headers })
  const read = async (path = brandPath) => (await (await get(path)).json()) as Bundle
  const resourcesOf = ({ entry = [] }: Bundle, type: string) =>
    entry.flatMap(({ resource }) => (resource?.resourceType === type ? [resource] : []))
  const organizationsOf = (bundle: Bundle) => resourcesOf(bundle, 'Organization') as Organization[]
  const endpointsOf = (bundle: Bundle) => resourcesOf(bundle, 'Endpoint') as Endpoint[]

  function partsOf({ extension = [] }: Organization, name: string): Record<string, unknown> {
    const found = extension.find(
      ({ url }) => url === `http://hl7.org/fhir/StructureDefinition/organization-${name}`,
    )
    return Object.fromEntries(
      (found?.extension ?? []).map(({ url, ...value }) => [url, Object.values(value)[0]]),
    )
  }

  test('smart-configuration leads to it, and names the entry of this server', async () => {
    const smart = (await (await get('/fhir/r4/.well-known/smart-configuration')).json()) as {
      user_access_brand_bundle: string
      user_access_brand_identifier: { system: string; value: string }
    }
    assert.equal(smart.user_access_brand_bundle, `${app.portalUrl}${brandPath}`)
    const { system, value } = smart.user_access_brand_identifier
    const named = organizationsOf(await read()).filter(({ identifier = [] }) =>
      identifier.some((each) => each.system === system && each.value === value),
    )
    assert.equal(named.length, 1)
  })

  test('a practice that chose so is in it with all that it says of itself', async () => {
    const bundle = await read()
    const brand = organizationsOf(bundle).find(({ name }) => name === form.name)
    assert.ok(brand)
    assert.equal(brand.id, listed.practice.organizationId)
    assert.deepEqual(brand.alias, form.aliases)
    assert.deepEqual(partsOf(brand, 'brand'), { brandLogo: form.logoUri })
    assert.deepEqual(partsOf(brand, 'portal'), {
      portalName: form.name,
      portalDescription: 'Results, visits and \\*messages\\*.',
      portalUrl: app.portalUrl,
      portalEndpoint: { reference: 'Endpoint/r4' },
    })
    assert.deepEqual(brand.address, [
      { line: ['1 Elm Street'], city: 'Springfield', state: 'IL', postalCode: '62701', country: 'US' },
    ])
    assert.deepEqual(brand.telecom, [{ system: 'url', value: form.website }])
    assert.equal(brand.contact?.[0]?.telecom?.[0]?.value, form.phone)
    assert.deepEqual(
      (brand.identifier ?? []).map(({ value }) => value),
      [`${app.portalUrl}/brands/${listed.practice.id}`, 'https://elm.example', form.npi],
    )
    assert.equal(bundle.meta?.lastUpdated, bundle.timestamp)
    const [endpoint, another] = endpointsOf(bundle) as [Endpoint, Endpoint | undefined]
    assert.equal(another, undefined)
    assert.deepEqual(
      [endpoint.address, endpoint.connectionType.code, endpoint.extension?.[0]?.valueCode],
      [`${app.fhirUrl}/fhir/r4`, 'hl7-fhir-rest', '4.0.1'],
    )
    assert.equal((await fetch(`${endpoint.address}/metadata`)).status, 200)
    assert.deepEqual(brand.endpoint, [{ reference: `Endpoint/${endpoint.id}` }])
  })

  test('nobody else is in any of the lists: neither unlisted practices nor sandboxes', async () => {
    const names = organizationsOf(await read()).map(({ name }) => name)
    assert.deepEqual(names, [`onpatient at ${new URL(app.portalUrl).host}`, form.name])
    assert.deepEqual(
      organizationsOf(await read(basePath)).map(({ name }) => name),
      [form.name],
    )
    const all = await app.modules.practices.list()
    for (const path of [brandPath, basePath, `${basePath}.csv`]) {
      const text = await (await get(path)).text()
      for (const { id, name, organizationId } of all.filter((each) => each.id !== listed.practice.id))
        for (const secret of [id, name, organizationId]) assert.equal(text.includes(secret), false, path)
    }
  })

  test('a sandbox cannot be listed, and is not when its row says so', async () => {
    const sandbox = (await app.modules.practices.list()).find(({ kind }) => kind === 'sandbox')
    const id = sandbox?.id ?? ''
    await assert.rejects(app.modules.practices.brands.save(id, form), { code: 'not-allowed' })
    await app.modules.practices.brands.save(id, { ...form, isListed: false, name: 'Smuggled' })
    await app.store.db
      .updateTable('practice_brand')
      .set({ is_listed: 1 })
      .where('practice_id', '=', id)
      .execute()
    assert.equal(JSON.stringify(await read()).includes('Smuggled'), false)
  })

  test('both bundles are valid FHIR', async () => {
    const validator = await loadValidator()
    for (const path of [brandPath, basePath]) {
      const bundle = await read(path)
      // The validator knows the profiles of US Core alone; that it does not know another is a warning.
      for (const resource of [bundle, ...(bundle.entry ?? []).flatMap(({ resource: each }) => each ?? [])])
        assert.deepEqual(
          validator.validate(resource).filter(({ severity }) => severity === 'error'),
          [],
        )
    }
  })

  test('any origin may read it, and it comes again only when it has changed', async () => {
    for (const path of [brandPath, basePath, `${basePath}.csv`]) {
      const first = await get(path, { origin: 'https://app.example' })
      assert.equal(first.headers.get('access-control-allow-origin'), '*')
      assert.equal(first.headers.get('cache-control'), 'public, max-age=3600')
      assert.equal(first.headers.get('set-cookie'), null)
      const etag = first.headers.get('etag') ?? ''
      assert.match(etag, /^W\/"[\w-]+"$/)
      for (const known of [etag, etag.slice(2), `"x", ${etag}`]) {
        const again = await get(path, { 'if-none-match': known })
        assert.deepEqual([again.status, await again.text()], [304, ''])
      }
      assert.equal((await get(path, { 'if-none-match': '"x"' })).status, 200)
    }
    const types = [await get(brandPath), await get(brandPath, { accept: 'application/json' })]
    assert.deepEqual(
      types.map(({ headers }) => headers.get('content-type')),
      ['application/fhir+json; charset=utf-8', 'application/json; charset=utf-8'],
    )
  })

  test('a practice that leaves the list is gone with the next answer, and the timestamp moves on', async () => {
    const before = await read()
    const etag = (await get(brandPath)).headers.get('etag') ?? ''
    app.clock.forward(60)
    await app.modules.practices.brands.save(listed.practice.id, { ...form, isListed: false })
    const after = await read()
    assert.equal(JSON.stringify(after).includes(form.name), false)
    assert.ok((after.timestamp ?? '') > (before.timestamp ?? ''))
    assert.equal((await get(brandPath, { 'if-none-match': etag })).status, 200)
    await app.modules.practices.brands.save(listed.practice.id, form)
  })

  test('the list for spreadsheets has each practice, and no cell that is a formula', async () => {
    await app.modules.practices.brands.save(listed.practice.id, { ...form, name: '=HYPERLINK("x")' })
    const response = await get(`${basePath}.csv`)
    assert.equal(response.headers.get('content-type'), 'text/csv; charset=utf-8')
    const [head, row] = (await response.text()).split('\r\n')
    assert.equal(
      head,
      '"organization","organization_id","npi","city","state","postal_code","fhir_version","base_url"',
    )
    assert.ok(row?.startsWith('"\'=HYPERLINK(""x"")",'))
    assert.ok(row?.endsWith(`"${app.fhirUrl}/fhir/r4"`))
    await app.modules.practices.brands.save(listed.practice.id, form)
  })

  const refused: Array<[keyof BrandForm, unknown]> = [
    ['name', ''],
    ['name', '<script>alert(1)</script>'],
    ['name', 'Elm\u202eStreet'],
    ['name', 'x'.repeat(101)],
    ['aliases', ['<img src=x onerror=alert(1)>']],
    ['aliases', Array.from({ length: 11 }, (_, index) => `Name ${index}`)],
    ['description', 'See <a href="https://evil.example">here</a>'],
    ['website', 'javascript:alert(1)'],
    ['website', 'http://elm.example'],
    ['website', 'https://user:password@elm.example'],
    ['website', 'https://localhost/'],
    ['website', 'https://elm.example/"onload="x'],
    ['logoUri', 'data:image/svg+xml,<svg onload=alert(1)>'],
    ['logoUri', 'https://elm.example/ logo.png'],
    ['logoUri', '//elm.example/logo.png'],
    ['phone', 'call <b>me</b>'],
    ['npi', '1234567890'],
    ['npi', '12345'],
    ['city', 'Spring<field'],
  ]
  for (const [field, value] of refused)
    test(`refuses ${field} ${JSON.stringify(value).slice(0, 60)}`, async () => {
      const change = { ...form, [field]: value } as BrandForm
      await assert.rejects(app.modules.practices.brands.save(listed.practice.id, change), {
        code: 'invalid-parameter',
        field,
      })
      assert.deepEqual(await app.modules.practices.brands.find(listed.practice.id), form)
    })
})

test('the list of a server without practices is there all the same', async () => {
  await using app = await startApp()
  const bundle = (await (await fetch(`${app.portalUrl}${brandPath}`)).json()) as Bundle
  assert.deepEqual([bundle.type, bundle.entry?.length], ['collection', 2])
  assert.equal(bundle.timestamp, '2026-11-24T00:00:00.000Z')
})
