import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { patientCompartmentTypes } from '#fhir/search/patient-compartment.ts'
import {
  hiddenIds,
  openTwoPractices,
  patientTypes,
  practices,
  type Reader,
  sharedTypes,
  type TwoPractices,
  visibleIds,
} from './two-practices.ts'

const base = '/fhir/r4'
const types = [...patientTypes, ...sharedTypes]
const everybody = Object.values(practices).flat()
const isInCompartment = (type: string) => patientCompartmentTypes.includes(type)
const withoutRequest = (text: string) => text.replaceAll(/req_\w+/g, '')

interface Bundle {
  total?: number
  link: Array<{ relation: string; url: string }>
  entry?: Array<{ resource?: { resourceType: string; id: string } }>
}

describe('the R4 API shows each reader exactly what the grant covers', () => {
  let api: TwoPractices
  before(async () => {
    api = await openTwoPractices()
  })
  after(() => api[Symbol.asyncDispose]())

  async function search(path: string, reader: Reader): Promise<{ bundle: Bundle; addresses: string[] }> {
    const { status, text } = await api.get(`${base}/${path}`, reader.token)
    assert.equal(status, 200, `${path} for ${reader.name}: ${text}`)
    const bundle = JSON.parse(text) as Bundle
    const addresses = (bundle.entry ?? []).flatMap(({ resource }) =>
      resource && resource.resourceType !== 'OperationOutcome'
        ? [`${resource.resourceType}/${resource.id}`]
        : [],
    )
    return { bundle, addresses: addresses.toSorted() }
  }

  const visible = (type: string, reader: Reader) => visibleIds(type, reader).map((id) => `${type}/${id}`)

  /** Nothing in an answer, whatever was asked, may be of somebody else. */
  function assertNothingHidden(addresses: string[], reader: Reader, where: string): void {
    for (const address of addresses) {
      const [type = '', id = ''] = address.split('/')
      assert.ok(visibleIds(type, reader).includes(id), `${where} shows ${address} to ${reader.name}`)
    }
  }

  test('in searches, with the right total', async () => {
    for (const reader of api.readers)
      for (const type of types) {
        const { bundle, addresses } = await search(`${type}?_sort=-_lastUpdated`, reader)
        assert.deepEqual(addresses, visible(type, reader), reader.name)
        assert.equal(bundle.total, addresses.length)
        const count = await search(`${type}?_summary=count`, reader)
        assert.equal(count.bundle.total, addresses.length)
      }
  })

  test('by id, in versions, in histories and with $everything; hidden is like absent', async () => {
    const cases = api.readers.flatMap((reader) =>
      types.flatMap((type) => hiddenIds(type, reader).map((id) => ({ reader, type, id }))),
    )
    for (const { reader, type, id } of cases) {
      const missing = await api.get(`${base}/${type}/no-such-id`, reader.token)
      for (const path of [
        '',
        '/_history',
        '/_history/1',
        '/_history?_count=0',
        '/$validate',
        ...(type === 'Patient' ? ['/$everything', '/$everything?_count=0'] : []),
      ]) {
        const hidden = await api.get(`${base}/${type}/${id}${path}`, reader.token)
        assert.equal(hidden.status, 404, `${type}/${id}${path} for ${reader.name}`)
        assert.equal(withoutRequest(hidden.text), withoutRequest(missing.text))
      }
    }
  })

  test('in the history of a type', async () => {
    for (const reader of api.readers)
      for (const type of types)
        assertNothingHidden((await search(`${type}/_history`, reader)).addresses, reader, `${type}/_history`)
  })

  test('in the totals of histories and of $everything', async () => {
    for (const reader of api.readers) {
      // Of shared records no history of the type is reported.
      for (const type of patientTypes)
        assert.equal(
          (await search(`${type}/_history?_count=0`, reader)).bundle.total,
          visibleIds(type, reader).length,
        )
      for (const patientId of reader.patients) {
        const all = await search(`Patient/${patientId}/$everything?_count=1000`, reader)
        const { bundle } = await search(`Patient/${patientId}/$everything?_summary=count`, reader)
        assert.equal(bundle.total, all.addresses.length)
        assertNothingHidden(all.addresses, reader, '$everything')
      }
    }
  })

  test('whichever way another person is named: id, reference, chain, _has, include, text', async () => {
    const ways = (patientId: string) => [
      `Observation?patient=${patientId}`,
      `Observation?subject=Patient/${patientId}`,
      `Observation?patient._id=${patientId}`,
      `Observation?patient.name=Family-${patientId}`,
      `Observation?subject:Patient.family=Family-${patientId}`,
      `Observation?_id=${patientId}-observation`,
      `Observation?code:text=of ${patientId}`,
      `Patient?_id=${patientId}`,
      `Patient?name=${patientId}`,
      `Patient?family:exact=Family-${patientId}`,
      `Patient?_has:Observation:patient:_id=${patientId}-observation`,
      `Patient?_has:Encounter:patient:location=Location/oak-location&_id=${patientId}`,
      `Provenance?target=Observation/${patientId}-observation`,
      `Provenance?target:Observation.patient=${patientId}`,
      ...types.filter(isInCompartment).map((type) => `Patient/${patientId}/${type}`),
      `Patient/${patientId}/Observation?_sort=-_lastUpdated`,
      `Patient/${patientId}/Observation?patient.name=Family-${patientId}`,
      `Patient/${patientId}/*?_total=accurate&_count=1000`,
      `?_type=Observation,Condition,Encounter&patient=${patientId}&_total=accurate`,
      `?_type=Patient,Observation&_id=${patientId},${patientId}-observation&_total=accurate`,
    ]
    const [patient] = api.readers
    const own = await search('Patient/ada/*?_count=1000', patient as Reader)
    assert.ok(own.addresses.length > 15, 'the way through a compartment works')
    for (const reader of api.readers)
      for (const patientId of everybody)
        for (const way of ways(patientId)) {
          const { bundle, addresses } = await search(way, reader)
          assertNothingHidden(addresses, reader, way)
          assert.equal(bundle.total, addresses.length, way)
          if (!reader.patients.includes(patientId))
            assert.deepEqual(addresses, [], `${way} for ${reader.name}`)
        }
  })

  test('what is brought along is never of somebody else', async () => {
    const ways = [
      'Practitioner?_revinclude=Encounter:participant&_revinclude:iterate=Observation:encounter',
      'Organization?_revinclude=Encounter:service-provider&_revinclude=Coverage:payor',
      'Location?_revinclude=Encounter:location&_include:iterate=Encounter:patient&_revinclude:iterate=Observation:patient',
      'Medication?_revinclude=MedicationRequest:medication&_include:iterate=MedicationRequest:patient',
      'Provenance?_include=Provenance:target&_include:iterate=Observation:*',
      'Encounter?_include=*&_revinclude=Provenance:target',
      'Practitioner?_has:Encounter:participant:patient=cid',
      'Organization?_has:Encounter:service-provider:patient.name=Family-cid',
    ]
    for (const reader of api.readers)
      for (const way of ways) assertNothingHidden((await search(way, reader)).addresses, reader, way)
    const [patient] = api.readers
    const { addresses } = await search(ways[2] ?? '', patient as Reader)
    assert.ok(addresses.includes('Observation/ada-observation'), 'the way itself works')
    const tell = await search(`${ways[6]}`, patient as Reader)
    assert.deepEqual(tell.addresses, [], 'a condition does not tell what a record of somebody else says')
  })

  test("a chain looks into no record about nobody that is its practice's alone", async () => {
    const when = '2024-05-06'
    await api.write(
      'oak',
      {
        resourceType: 'Appointment',
        id: 'oak-appointment',
        status: 'booked',
        description: 'of the practice',
        start: `${when}T08:00:00Z`,
        end: `${when}T09:00:00Z`,
        participant: [{ status: 'accepted', actor: { reference: 'Practitioner/oak-practitioner' } }],
      },
      {
        resourceType: 'Encounter',
        id: 'bob-appointed',
        status: 'planned',
        class: { code: 'AMB' },
        subject: { reference: 'Patient/bob' },
        appointment: [{ reference: 'Appointment/oak-appointment' }],
      },
    )
    const [, proxy, provider, , here] = api.readers
    for (const [reader, found] of [
      [proxy, []],
      [here, []],
      [provider, ['Encounter/bob-appointed']],
    ] as const)
      for (const way of [
        `Encounter?appointment.date=${when}`,
        'Encounter?appointment.actor=Practitioner/oak-practitioner',
        'Encounter?appointment.actor:Practitioner._id=oak-practitioner',
      ]) {
        const { addresses } = await search(way, reader as Reader)
        assert.deepEqual(addresses, found, `${way} for ${reader?.name}`)
      }
    await api.records.transact('oak', async (transaction) => {
      await transaction.remove('Encounter', 'bob-appointed')
      await transaction.remove('Appointment', 'oak-appointment')
    })
  })

  test('_has looks into records about nobody as far as the reader reads them', async () => {
    await api.write('oak', {
      resourceType: 'Schedule',
      id: 'oak-schedule',
      active: true,
      actor: [{ reference: 'Practitioner/oak-practitioner' }],
    })
    const [ada, , provider, staff, here, stranger] = api.readers
    const roles = (practiceId: string) =>
      `_has:PractitionerRole:practitioner:_id=${practiceId}-practitionerrole`
    for (const [reader, way, found] of [
      [ada, roles('oak'), ['oak']],
      [ada, roles('elm'), []],
      [here, roles('elm'), ['elm']],
      [provider, roles('oak'), ['oak']],
      [provider, roles('elm'), []],
      [staff, roles('elm'), ['elm']],
      [stranger, roles('oak'), []],
      [ada, '_has:Schedule:actor:active=true', []],
      [provider, '_has:Schedule:actor:active=true', ['oak']],
      [staff, '_has:Schedule:actor:active=true', []],
    ] as const) {
      const { bundle, addresses } = await search(`Practitioner?${way}`, reader as Reader)
      const expected = found.map((id) => `Practitioner/${id}-practitioner`)
      assert.deepEqual(addresses, expected, `${way} for ${reader?.name}`)
      assert.equal(bundle.total, expected.length)
    }
    await api.records.transact('oak', (transaction) => transaction.remove('Schedule', 'oak-schedule'))
  })

  test('never through the cursor of another reader, or one that was edited', async () => {
    const [patient, , provider, staff] = api.readers
    const { bundle } = await search('Observation?_count=1', provider as Reader)
    const next = new URL(bundle.link.find(({ relation }) => relation === 'next')?.url ?? '')
    const cursor = next.searchParams.get('cursor') ?? ''
    const { addresses } = await search(`Observation?_count=1&cursor=${cursor}`, staff as Reader)
    assertNothingHidden(addresses, staff as Reader, 'a borrowed cursor')
    // The order of a search over one patient is another.
    const borrowed = await api.get(`${base}/Observation?_count=1&cursor=${cursor}`, patient?.token)
    assert.equal(borrowed.status, 400)
    for (const edited of [`${cursor}A`, cursor.slice(1), `${cursor.slice(0, -2)}AA`]) {
      const answer = await api.get(`${base}/Observation?_count=1&cursor=${edited}`, provider?.token)
      assert.equal(answer.status, 400)
    }
    for (const list of [
      'Condition?_count=1',
      'Observation?_count=1&patient=ada',
      'Observation?_count=1&_sort=date',
    ])
      assert.equal((await api.get(`${base}/${list}&cursor=${cursor}`, provider?.token)).status, 400, list)
  })

  test('the cursor of one reader in the request of another is answered or refused, never by a fault', async () => {
    const { token } = await api.issueToken([{ role: 'provider', practiceId: 'oak' }], {
      scopes: ['patient/Observation.rs?category=laboratory', 'user/*.rs'],
    })
    const { token: narrow } = await api.issueToken(
      [{ role: 'patient', practiceId: 'oak', patientId: 'ada' }],
      {
        scopes: ['patient/*.rs?status=final', 'patient/Observation.rs?status=final'],
      },
    )
    const tokens = [...api.readers.map((reader) => reader.token), token, narrow]
    for (const list of [
      ...['', '_sort=date', '_sort=-date', '_sort=code,-date', '_sort=_id', '_sort=-_lastUpdated'].flatMap(
        (sort) => [
          `${base}/Observation?_count=1&${sort}`,
          `${base}/Observation?_count=1&patient=ada&${sort}`,
          `${base}/Observation?_count=1&status=final&${sort}`,
          `${base}/Observation?_count=1&status=final&subject=Patient/ada,Patient/bob&${sort}`,
        ],
      ),
      ...[
        'Patient?_sort=birthdate&',
        'Practitioner?_sort=name&',
        'Practitioner?',
        'Organization?_sort=-_lastUpdated&',
      ].map((search) => `${base}/${search}_count=1`),
      `${base}/Observation/_history?_count=1`,
      `${base}/Observation/ada-observation/_history?_count=1`,
      `${base}/Patient/ada/$everything?_count=1`,
      `${base}/Patient/ada/*?_count=1`,
      `${base}?_type=Observation,Condition&_count=1`,
      'Observation?page-size=1',
      'Practitioner?page-size=1',
      'Observation?page-size=1&patient=ada',
    ]) {
      const cursors = await collectCursors(list, tokens)
      for (const each of tokens) for (const cursor of cursors) await borrow(`${list}&cursor=${cursor}`, each)
    }
  })

  async function collectCursors(list: string, tokens: string[]): Promise<Set<string>> {
    const pages = await Promise.all(tokens.map((token) => api.get(list, token)))
    const links = pages.flatMap(({ text }) => [...text.matchAll(/[?&]cursor=([\w-]+)/g)])
    return new Set(links.map(([, cursor = '']) => cursor))
  }

  async function borrow(path: string, token: string): Promise<void> {
    const { status, text } = await api.get(path, token)
    assert.ok([200, 400, 403, 404].includes(status), `${path}: ${status} ${text}`)
    if (status === 400) assert.match(text, /parameter cursor was made when/)
  }

  test('a scope covers its types alone, in chains, _has and includes too', async () => {
    const { token } = await api.issueToken([{ role: 'provider', practiceId: 'oak' }], {
      scopes: ['patient/Immunization.rs'],
    })
    for (const path of [
      'Observation',
      'Observation/ada-observation',
      'Observation/_history',
      'Patient/ada/Observation',
      'Patient/ada/Immunization?patient.name=ada',
      '?_type=Immunization,Observation',
      'Immunization?patient.name=ada',
      'Immunization?_has:Provenance:target:_id=x',
      'Patient/ada/$everything',
    ])
      assert.equal((await api.get(`${base}/${path}`, token)).status, 403, path)
    const { addresses } = await search('Patient/ada/*', {
      name: 'a narrow scope',
      token,
      patients: [],
      practices: [],
    })
    assert.deepEqual(addresses, ['Immunization/ada-immunization'])
    const { text } = await api.get(`${base}/Immunization?_include=Immunization:patient`, token)
    assert.doesNotMatch(text, /"resourceType":"Patient"/)
  })
})
