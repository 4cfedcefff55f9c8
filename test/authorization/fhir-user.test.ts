import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Practitioner, RelatedPerson } from 'fhir/r4'
import { loadValidator } from '#fhir/validation/validate.ts'
import { getTokens } from '../support/authorize.ts'
import { aClinic, anAccount, anApplication, aPatient, aReader, type Clinic } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

const scope = 'openid fhirUser patient/Immunization.rs'

describe('fhirUser', () => {
  let app: TestApp
  let clinic: Clinic
  let client: { id: string; secret: string }
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'Proxy Clinic')
    for (const id of ['ana', 'ben', 'mia']) await aPatient(app, clinic, id)
    client = await anApplication(app, clinic)
    const mother = await aReader(app, clinic, 'ana@example.com', ['ana'])
    for (const patientId of ['ben', 'mia']) await associate(mother.id, patientId, 'mother')
  })
  after(() => app[Symbol.asyncDispose]())

  const associate = (accountId: string, patientId: string, relationship: string) =>
    app.modules.practices.associate({
      accountId,
      practiceId: clinic.practice.id,
      role: 'proxy',
      patientId,
      relationship,
    })

  /** Connects with only the chosen of the offered records ticked. */
  async function connect(email: string, patientId?: string, wanted = scope) {
    const account = await app.modules.accounts.findByEmail(email)
    const associations = await app.modules.practices.listAssociations(account?.id ?? '')
    const chosen = associations.find((each) => patientId === undefined || each.patientId === patientId)
    return getTokens(app, client, email, { scope: wanted }, { personIds: [chosen?.id ?? ''] })
  }

  const claimOf = (tokens: Record<string, unknown>) =>
    String(
      JSON.parse(Buffer.from(String(tokens.id_token).split('.')[1] ?? '', 'base64url').toString()).fhirUser,
    )

  async function read(url: string, token: string) {
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  async function introspect(token: string): Promise<Record<string, unknown>> {
    const form = { token, client_id: client.id, client_secret: client.secret }
    const response = await fetch(`${app.portalUrl}/o/introspect/`, {
      method: 'POST',
      body: new URLSearchParams(form),
    })
    return (await response.json()) as Record<string, unknown>
  }

  test('the own record makes a Patient, a ward a RelatedPerson, a panel a Practitioner; each can be read', async () => {
    const cases = [
      { email: 'ana@example.com', patientId: 'ana', type: 'Patient' },
      { email: 'ana@example.com', patientId: 'ben', type: 'RelatedPerson' },
      { email: clinic.provider.email, patientId: undefined, type: 'Practitioner' },
    ]
    for (const { email, patientId, type } of cases) {
      const tokens = await connect(email, patientId)
      const fhirUser = claimOf(tokens)
      assert.match(fhirUser, new RegExp(`^${app.fhirUrl}/fhir/r4/${type}/[A-Za-z0-9.-]+$`))
      const { status, body } = await read(fhirUser, tokens.access_token)
      assert.deepEqual([status, body.resourceType], [200, type])
      const classic = await read(fhirUser.replace('/fhir/r4/', '/onpatient_api/fhir/'), tokens.access_token)
      assert.equal(classic.status, 200)
      const userinfo = await read(`${app.portalUrl}/o/userinfo/`, tokens.access_token)
      assert.equal(userinfo.body.fhirUser, fhirUser)
      assert.equal((await introspect(tokens.access_token)).fhirUser, fhirUser)
    }
  })

  test('own record and wards together make a Patient', async () => {
    const tokens = await getTokens(app, client, 'ana@example.com', { scope })
    assert.match(claimOf(tokens), /\/Patient\/ana$/)
  })

  test('the related person has a coded relationship, and the name and address of the account', async () => {
    await anAccount(app, 'sam@example.com', 'Sam van Dyke')
    const account = await app.modules.accounts.findByEmail('sam@example.com')
    await associate(account?.id ?? '', 'ben', 'Father')
    const tokens = await connect('sam@example.com')
    const { body } = await read(claimOf(tokens), tokens.access_token)
    const person = body as unknown as RelatedPerson
    assert.equal(person.patient.reference, 'Patient/ben')
    assert.equal(person.relationship?.[0]?.coding?.[0]?.code, 'FTH')
    assert.deepEqual(person.name?.[0], { text: 'Sam van Dyke', family: 'Dyke', given: ['Sam', 'van'] })
    assert.deepEqual(person.telecom, [{ system: 'email', value: 'sam@example.com' }])
    assert.deepEqual((await loadValidator()).validate(person), [])
  })

  test('it opens that one record and nothing beside it', async () => {
    const tokens = await connect('ana@example.com', 'ben')
    const other = claimOf(await connect('ana@example.com', 'mia'))
    const base = `${app.fhirUrl}/fhir/r4`
    const refused = [
      other,
      `${base}/Patient/ben`,
      `${base}/RelatedPerson?patient=ben`,
      `${claimOf(tokens)}/_history`,
    ]
    for (const url of refused) assert.notEqual((await read(url, tokens.access_token)).status, 200, url)
  })

  test('without the scope fhirUser, or without openid, the record stays closed', async () => {
    const url = claimOf(await connect('ana@example.com', 'ben'))
    for (const narrow of ['openid patient/Immunization.rs', 'fhirUser patient/Immunization.rs']) {
      const { access_token } = await connect('ana@example.com', 'ben', narrow)
      assert.equal((await read(url, access_token)).status, 403, narrow)
    }
  })

  test('it ends with the association', async () => {
    const account = await aReader(app, clinic, 'kim@example.com', ['mia'], 'guardian')
    const tokens = await connect('kim@example.com')
    const url = claimOf(tokens)
    const [association] = await app.modules.practices.listAssociations(account.id)
    await app.modules.practices.endAssociation(clinic.practice.id, association?.id ?? '')
    assert.notEqual((await read(url, tokens.access_token)).status, 200)
    assert.equal('fhirUser' in (await introspect(tokens.access_token)), false)
  })

  test('it does not name a record that the practice has deleted', async () => {
    await aReader(app, clinic, 'pia@example.com', ['mia'], 'guardian')
    const tokens = await connect('pia@example.com')
    const id = claimOf(tokens).split('/').pop() ?? ''
    await app.modules.records.transact(clinic.practice.id, (each) => each.remove('RelatedPerson', id))
    const again = await connect('pia@example.com')
    const userinfo = await read(`${app.portalUrl}/o/userinfo/`, again.access_token)
    assert.equal(claimOf(again), 'undefined')
    assert.equal('fhirUser' in userinfo.body, false)
    assert.equal('fhirUser' in (await introspect(tokens.access_token)), false)
  })

  test('a proxy from before there were such records gets one when it is first needed', async () => {
    const account = await aReader(app, clinic, 'lou@example.com', ['mia'], 'aunt')
    const [made] = await app.modules.practices.listAssociations(account.id)
    // What the migration leaves: an association without a record.
    await app.store.db.updateTable('association').set({ related_person_id: null }).execute()
    await app.modules.records.transact(clinic.practice.id, (trx) =>
      trx.remove('RelatedPerson', made?.relatedPersonId ?? ''),
    )
    const all = await Promise.all([1, 2, 3].map(() => connect('lou@example.com')))
    for (const tokens of all) assert.equal((await read(claimOf(tokens), tokens.access_token)).status, 200)
    assert.equal(new Set(all.map(claimOf)).size, 1)
  })

  test('an invitation may name the person of the record that the invited one is, and nobody of another record', async () => {
    const { practices, records } = app.modules
    const known = (id: string, patientId: string): RelatedPerson => ({
      resourceType: 'RelatedPerson',
      id,
      patient: { reference: `Patient/${patientId}` },
      name: [{ text: 'Grandma Jo' }],
    })
    await records.write(
      [known('jo', 'ben'), known('jo-of-mia', 'mia')].map((resource) => ({
        practiceId: clinic.practice.id,
        resource,
      })),
    )
    const form = {
      practiceId: clinic.practice.id,
      patientId: 'ben',
      email: 'jo@example.com',
      role: 'proxy',
      relationship: 'grandmother',
      invitedBy: clinic.provider.id,
    } as const
    await assert.rejects(practices.invite({ ...form, relatedPersonId: 'jo-of-mia' }), {
      code: 'invalid-parameter',
      field: 'relatedPersonId',
    })
    await practices.invite({ ...form, relatedPersonId: 'jo' })
    const mail = (await app.modules.outbox?.list())?.find(({ to }) => to === 'jo@example.com')
    const token = /token=(\S+)/.exec(mail?.text ?? '')?.[1] ?? ''
    const account = await anAccount(app, 'jo@example.com', 'Jo Rivera')
    await practices.acceptInvitation(token, account, '1988-04-02')
    const tokens = await connect('jo@example.com')
    assert.match(claimOf(tokens), /\/RelatedPerson\/jo$/)
    assert.equal((await read(claimOf(tokens), tokens.access_token)).status, 200)
  })

  test('the provider is the practitioner whom the practice has', async () => {
    const tokens = await connect(clinic.provider.email)
    const { body } = await read(claimOf(tokens), tokens.access_token)
    assert.equal((body as unknown as Practitioner).name?.[0]?.text, clinic.provider.displayName)
  })
})
