import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base, idsOf, openFamily, search } from './r4-family.ts'
import { about, origin, patient } from './seeded-api.ts'

const typed = (type: string, system: string, value: string) => ({
  type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: type }] },
  system,
  value,
})

async function openWithIdentifiers() {
  const api = await openFamily()
  await api.write(
    'oak',
    { ...patient('cid'), identifier: [typed('MR', 'urn:oak', '12345'), typed('SS', 'urn:us', '67890')] },
    {
      ...patient('dee'),
      identifier: [typed('MR', 'urn:elm', '67890'), { system: 'urn:oak', value: '12345' }],
    },
    {
      resourceType: 'Condition',
      id: 'c1',
      subject: about('cid'),
      code: { text: 'Asthma' },
      clinicalStatus: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
      },
    },
    {
      resourceType: 'Condition',
      id: 'c2',
      subject: about('cid'),
      clinicalStatus: { coding: [{ system: 'urn:other', code: 'active' }] },
    },
    { resourceType: 'Condition', id: 'c3', subject: about('cid'), code: { text: 'Unknown' } },
  )
  return api
}

test(':of-type finds an identifier by its type and value together', async () => {
  await using api = await openWithIdentifiers()
  const v2 = 'http://terminology.hl7.org/CodeSystem/v2-0203'
  const cases: Array<[string, string[]]> = [
    [`Patient?identifier:of-type=${v2}|MR|12345`, ['cid']],
    [`Patient?identifier:of-type=${v2}|MR|67890`, ['dee']],
    [`Patient?identifier:of-type=${v2}|SS|67890`, ['cid']],
    [`Patient?identifier:of-type=${v2}|SS|12345`, []],
    [`Patient?identifier:of-type=${v2}|MR|12345,${v2}|MR|67890`, ['cid', 'dee']],
    ['Patient?identifier:of-type=urn:oak|MR|12345', []],
    [`Condition?patient.identifier:of-type=${v2}|SS|67890&code:text=asthma`, ['c1']],
    ['Patient?identifier=12345', ['cid', 'dee']],
    ['Patient?identifier=urn:oak|12345', ['cid', 'dee']],
    ['Patient?identifier:missing=true', ['ada', 'bob']],
  ]
  for (const [path, ids] of cases) assert.deepEqual(idsOf(await search(api, path, api.doctor)), ids, path)
  for (const wrong of ['12345', 'MR|12345', `${v2}|MR|`, `${v2}||1`, `${v2}|MR|1|2`])
    assert.equal(
      (await api.get(`${base}/Patient?identifier:of-type=${wrong}`, api.doctor)).status,
      400,
      wrong,
    )
  assert.equal((await api.get(`${base}/Patient?gender:of-type=a|b|c`, api.doctor)).status, 400)
})

test(':in and :not-in ask for the codes of a value set that is known', async () => {
  await using api = await openWithIdentifiers()
  const clinical = 'http://hl7.org/fhir/ValueSet/condition-clinical'
  const cases: Array<[string, string[]]> = [
    [`Condition?clinical-status:in=${clinical}`, ['c1']],
    [`Condition?clinical-status:in=${clinical}|4.0.1`, ['c1']],
    [`Condition?clinical-status:not-in=${clinical}`, ['c2', 'c3']],
    // An element that is only a code has the system of its binding.
    ['Patient?gender:in=http://hl7.org/fhir/ValueSet/administrative-gender', ['ada']],
    [
      'Observation?subject:Patient.gender:in=http://hl7.org/fhir/ValueSet/administrative-gender',
      ['o1', 'o2'],
    ],
  ]
  for (const [path, ids] of cases) assert.deepEqual(idsOf(await search(api, path, api.doctor)), ids, path)
  const unknown = await api.get(`${base}/Condition?code:in=http://example.org/ValueSet/mine`, api.doctor)
  assert.equal(unknown.status, 400)
  assert.match(unknown.text, /value set .* is not known here/)
  const many = Array.from({ length: 50 }, () => 'http://hl7.org/fhir/ValueSet/resource-types').join()
  assert.equal((await api.get(`${base}/Patient?gender:in=${many}`, api.doctor)).status, 400)
})

test(':below and :above find codes by the hierarchy of their system', async () => {
  await using api = await openFamily()
  const clinical = 'http://terminology.hl7.org/CodeSystem/condition-clinical'
  const condition = (id: string, system: string, code: string) => ({
    resourceType: 'Condition',
    id,
    subject: about('ada'),
    clinicalStatus: { coding: [{ system, code }] },
  })
  const encounter = (id: string, code: string) => ({
    resourceType: 'Encounter',
    id,
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code },
    subject: about('ada'),
  })
  const order = (id: string, intent: string) => ({
    resourceType: 'ServiceRequest',
    id,
    status: 'active',
    intent,
    subject: about('ada'),
  })
  await api.write(
    'oak',
    ...['active', 'relapse', 'resolved'].map((code) => condition(code, clinical, code)),
    condition('other', 'urn:other', 'relapse'),
    ...['ACUTE', 'IMP', 'AMB'].map((code) => encounter(code, code)),
    ...['order', 'filler-order', 'plan'].map((code) => order(code, code)),
  )
  const cases: Array<[string, string[]]> = [
    [`Condition?clinical-status:below=${clinical}|active`, ['active', 'relapse']],
    [`Condition?clinical-status:below=${clinical}|relapse`, ['relapse']],
    [`Condition?clinical-status:above=${clinical}|relapse`, ['active', 'relapse']],
    [`Condition?clinical-status:above=${clinical}|resolved,${clinical}|active`, ['active', 'resolved']],
    ['Encounter?class:below=http://terminology.hl7.org/CodeSystem/v3-ActCode|IMP', ['ACUTE', 'IMP']],
    [
      'Encounter?class:below=http://terminology.hl7.org/CodeSystem/v3-ActCode|_ActEncounterCode',
      ['ACUTE', 'AMB', 'IMP'],
    ],
    ['ServiceRequest?intent:below=http://hl7.org/fhir/request-intent|order', ['filler-order', 'order']],
    [
      'ServiceRequest?intent:above=http://hl7.org/fhir/request-intent|filler-order',
      ['filler-order', 'order'],
    ],
    [`Patient?_has:Condition:patient:clinical-status:below=${clinical}|active`, ['ada']],
    [
      'Observation?category:below=http://terminology.hl7.org/CodeSystem/observation-category|laboratory',
      ['o1'],
    ],
  ]
  for (const [path, ids] of cases)
    assert.deepEqual(idsOf(await search(api, path, api.doctor)).toSorted(), ids, path)
})

test('a modifier that cannot be answered is refused, with the reason', async () => {
  await using api = await openFamily()
  const cases: Array<[string, RegExp]> = [
    ['Condition?code:below=http://snomed.info/sct|404684003', /hierarchy of the code system/],
    ['Condition?code:above=404684003', /write system\|code/],
    ['Observation?date:exact=2024', /cannot be used with date/],
    ['Patient?_id:not=ada', /cannot be used with _id/],
    ['Patient?_lastUpdated:above=2024', /cannot be used/],
    ['Patient?name:of-type=a|b|c', /cannot be used with name/],
  ]
  for (const [path, words] of cases) {
    const { status, text } = await api.get(`${base}/${path}`, api.doctor)
    assert.equal(status, 400, path)
    assert.match(text, words)
  }
})

test('id and time of change are never missing', async () => {
  await using api = await openFamily()
  for (const name of ['_id', '_lastUpdated']) {
    assert.deepEqual(idsOf(await search(api, `Patient?${name}:missing=false`, api.doctor)), ['ada', 'bob'])
    assert.deepEqual(idsOf(await search(api, `Patient?${name}:missing=true`, api.doctor)), [])
  }
})

test('a reference may be given with our own address', async () => {
  await using api = await openFamily()
  const found = await search(
    api,
    `Immunization?patient=${encodeURIComponent(`${origin}${base}/Patient/ada`)}`,
    api.doctor,
  )
  assert.deepEqual(idsOf(found), ['i1', 'i2'])
})

test('_revinclude=* brings along all that names a match, as far as the token may read it', async () => {
  await using api = await openFamily()
  const all = await search(api, 'Patient?_id=ada&_revinclude=*', api.doctor)
  assert.deepEqual(idsOf(all, 'include').toSorted(), ['i1', 'i2', 'o1', 'o2'])
  assert.deepEqual(idsOf(await search(api, 'Practitioner?_revinclude=*', api.ada), 'include'), ['i1'])
  const { token } = await api.issueToken([{ role: 'provider', practiceId: 'oak' }], {
    scopes: ['patient/Patient.rs', 'patient/Immunization.rs'],
  })
  assert.deepEqual(idsOf(await search(api, 'Patient?_id=ada&_revinclude=*', token), 'include'), ['i1', 'i2'])
  assert.equal((await api.get(`${base}/Patient?_revinclude:iterate=*`, api.doctor)).status, 400)
})

test('a code has the system of its value set, a number all its digits, a unit its system, and a name its letters', async () => {
  await using api = await openFamily()
  const ucum = 'http://unitsofmeasure.org'
  const measured = (id: string, valueQuantity: object) => ({
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { text: 'x' },
    subject: about('cid'),
    valueQuantity,
  })
  const clinical = 'http://terminology.hl7.org/CodeSystem/condition-clinical'
  const condition = (id: string, coding: object) => ({
    resourceType: 'Condition',
    id,
    subject: about('cid'),
    clinicalStatus: { coding: [coding] },
  })
  await api.write(
    'oak',
    { ...patient('cid'), active: true, gender: 'male', name: [{ family: 'O’Neil', given: ['Anne–Marie'] }] },
    { ...patient('dee'), gender: 'other', name: [{ family: 'Oneil' }] },
    measured('digits', { value: 72.56635784394204 }),
    measured('said', { value: 5.1, unit: 'mg', system: ucum, code: 'mg' }),
    measured('unsaid', { value: 5.1, unit: 'mg' }),
    {
      resourceType: 'Procedure',
      id: 'text',
      status: 'completed',
      subject: about('cid'),
      performedString: '2015-02-07',
    },
    {
      resourceType: 'Procedure',
      id: 'date',
      status: 'completed',
      subject: about('cid'),
      performedDateTime: '2015-02-07',
    },
    condition('systemless', { code: 'relapse' }),
    condition('relapse', { system: clinical, code: 'relapse' }),
  )
  const gender = 'http://hl7.org/fhir/administrative-gender'
  const cases: Array<[string, string[]]> = [
    [`Patient?gender=${gender}|male`, ['cid']],
    [`Patient?gender:not=${gender}|male`, ['ada', 'bob', 'dee']],
    [`Patient?gender=${gender}|`, ['ada', 'cid', 'dee']],
    ['Patient?gender=urn:other|male', []],
    [`Observation?patient.gender=${gender}|male&value-quantity=5.1`, ['said', 'unsaid']],
    ['Patient?active=http://terminology.hl7.org/CodeSystem/special-values|true', ['cid']],
    [
      `Patient?_has:Observation:patient:status=http://hl7.org/fhir/observation-status|final`,
      ['ada', 'bob', 'cid'],
    ],
    ['Observation?value-quantity=72.56635784394204', ['digits']],
    ['Observation?patient=cid&value-quantity=ne72.56635784394204', ['said', 'unsaid']],
    ['Observation?value-quantity=72.56635784394214', []],
    [`Observation?value-quantity=5.1|${ucum}|mg`, ['said']],
    ['Observation?value-quantity=5.1||mg', ['said', 'unsaid']],
    [`Observation?value-quantity=0.0051|${ucum}|g`, ['said']],
    ["Patient?name=O'Neil", ['cid', 'dee']],
    ['Patient?name=oneil', ['cid', 'dee']],
    ['Patient?family:contains=neil', ['cid', 'dee']],
    ['Patient?family:exact=O’Neil', ['cid']],
    ['Patient?given=anne-marie', ['cid']],
    ['Procedure?date=2015-02-07', ['date']],
    ['Procedure?_sort=date', ['date', 'text']],
    ['Procedure?_sort=-date', ['date', 'text']],
    [`Condition?clinical-status:below=${clinical}|active`, ['relapse']],
    [`Condition?clinical-status:in=http://hl7.org/fhir/ValueSet/condition-clinical`, ['relapse']],
  ]
  for (const [path, ids] of cases) {
    const found = idsOf(await search(api, path, api.doctor))
    assert.deepEqual(path.includes('_sort') ? found : found.sort(), ids, path)
  }
})

test('_include and _revinclude go over canonical addresses, and a version that is named is the one that comes', async () => {
  await using api = await openFamily()
  const url = 'http://q.example/intake'
  const questionnaire = (id: string, version: string) => ({
    resourceType: 'Questionnaire',
    id,
    url,
    version,
    status: 'active',
  })
  const answers = (id: string, canonical: string) => ({
    resourceType: 'QuestionnaireResponse',
    id,
    questionnaire: canonical,
    status: 'completed',
    subject: about('ada'),
  })
  await api.write(
    'oak',
    questionnaire('one', '1'),
    questionnaire('two', '2'),
    answers('any', url),
    answers('first', `${url}|1`),
    { resourceType: 'Organization', id: 'org', name: 'Oak of later' },
    {
      resourceType: 'Provenance',
      id: 'p1',
      recorded: '2024-01-01T00:00:00Z',
      target: [{ reference: 'Patient/ada/_history/1' }],
      agent: [
        { who: { reference: 'Organization/org/_history/1' } },
        { who: { reference: 'Organization/org' } },
      ],
    },
    { ...patient('ada'), gender: 'other' },
  )
  const included = async (path: string) => {
    const { entry = [] } = await search(api, path, api.doctor)
    return entry
      .filter((each) => each.search?.mode === 'include')
      .map(({ resource }) => `${resource.id}/${(resource.meta as { versionId: string }).versionId}`)
      .sort()
  }
  const cases: Array<[string, string[]]> = [
    ['QuestionnaireResponse?_id=any&_include=QuestionnaireResponse:questionnaire', ['one/1', 'two/1']],
    ['QuestionnaireResponse?_id=first&_include=QuestionnaireResponse:questionnaire', ['one/1']],
    ['QuestionnaireResponse?_id=first&_include=QuestionnaireResponse:questionnaire:Questionnaire', ['one/1']],
    ['QuestionnaireResponse?_id=first&_include=*', ['ada/2', 'one/1']],
    ['Questionnaire?_id=one&_revinclude=QuestionnaireResponse:questionnaire', ['any/1', 'first/1']],
    ['Questionnaire?_id=two&_revinclude=QuestionnaireResponse:questionnaire', ['any/1']],
    ['Provenance?_include=Provenance:target', ['ada/1']],
    ['Provenance?_include=Provenance:agent', ['org/1', 'org/2']],
  ]
  for (const [path, found] of cases) assert.deepEqual(await included(path), found, path)
  for (const [asked, ids] of [
    [`${url}|2`, ['two']],
    [url, ['one', 'two']],
    [`${url}|3`, []],
  ] as const)
    assert.deepEqual(idsOf(await search(api, `Questionnaire?url=${asked}`, api.doctor)).sort(), ids, asked)
})
