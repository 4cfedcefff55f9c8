import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keepOneOwnRecord } from '#server/store/migrations/0027-accounts.ts'
import { answerConsent, getTokens, openConsent } from '../support/authorize.ts'
import { aClinic, anAccount, anApplication, aPatient, aReader, redirectUri } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { openPortal } from './open-portal.ts'

const isTwo = (error: { code?: string }) => error.code === 'own-record-exists'

async function tokenOfNewestMail(app: TestApp): Promise<string> {
  return /token=(\S+)/.exec((await app.modules.outbox?.list())?.[0]?.text ?? '')?.[1] ?? ''
}

async function openClinic() {
  const app = await startApp()
  const clinic = await aClinic(app, 'Oak Clinic')
  for (const id of ['ana', 'ben']) await aPatient(app, clinic, id)
  const desk = await openPortal(app, clinic.provider.email)
  const path = `/practices/${clinic.practice.id}`
  const invite = (patientId: string, change: object = {}) =>
    desk.call('POST', `${path}/invitations`, {
      ...{ patientId, email: 'ana@home.example', role: 'patient', relationship: 'self' },
      ...change,
    })
  return { app, clinic, desk, path, invite, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() }
}

test('the practice is warned when it invites a second patient with an address, and may send it all the same', async () => {
  await using at = await openClinic()
  const { app, invite } = at
  await aReader(app, at.clinic, 'ana@home.example', ['ana'])
  const warned = await invite('ben', { email: 'ANA@home.example' })
  assert.deepEqual([warned.status, warned.body.code, warned.body.field], [409, 'own-record-exists', 'email'])
  assert.match(warned.body.detail, /address is that of ana Rivera, too.*family member or caregiver/)
  assert.deepEqual(await app.modules.outbox?.list(), [])
  assert.equal((await invite('ana')).status, 201, 'the same patient again')
  assert.equal((await invite('ben', { role: 'proxy', relationship: 'wife' })).status, 201)
  assert.equal((await invite('ben', { isSharedAddress: true })).status, 201)
  // Two that nobody has accepted yet, and what another practice knows.
  assert.equal((await invite('ana', { email: 'both@home.example' })).status, 201)
  assert.match((await invite('ben', { email: 'both@home.example' })).body.detail, /ana Rivera/)
  const elm = await aClinic(app, 'Elm Clinic')
  await aPatient(app, elm, 'eva')
  const other = await openPortal(app, elm.provider.email)
  const form = { patientId: 'eva', email: 'ana@home.example', role: 'patient', relationship: 'self' }
  assert.equal((await other.call('POST', `/practices/${elm.practice.id}/invitations`, form)).status, 201)
})

test('no account becomes the patient of two records of a practice, by no way; what was invited can go on', async () => {
  await using at = await openClinic()
  const { app, clinic, desk, path, invite } = at
  const { practices } = app.modules
  const account = await aReader(app, clinic, 'ana@home.example', ['ana'])
  const associate = (patientId: string) =>
    practices.associate({ accountId: account.id, practiceId: clinic.practice.id, role: 'patient', patientId })
  await assert.rejects(associate('ben'), isTwo)
  assert.equal(
    (await associate('ana')).id,
    (await practices.listAssociations(account.id))[0]?.id,
    'once is enough',
  )
  await invite('ben', { isSharedAddress: true })
  const token = await tokenOfNewestMail(app)
  await assert.rejects(
    practices.acceptInvitation(token, account, '1988-04-02'),
    /ask the practice to invite you/,
  )
  const ben = await anAccount(app, 'ben@work.example', 'Ben')
  assert.equal(
    await practices.acceptInvitation(token, ben, '1988-04-02'),
    undefined,
    'Ben waits for the practice',
  )
  const [{ id } = { id: '' }] = (await practices.listInvitations(clinic.practice.id)).invitations
  assert.equal((await desk.call('POST', `${path}/invitations/${id}/confirm`, {})).status, 201)

  // Who waits and became somebody else meanwhile goes on waiting.
  const cleo = await anAccount(app, 'cleo@work.example', 'Cleo')
  await invite('ben', { email: 'cleo@home.example' })
  await practices.acceptInvitation(await tokenOfNewestMail(app), cleo, '1988-04-02')
  const association = { accountId: cleo.id, practiceId: clinic.practice.id, role: 'patient' } as const
  await practices.associate({ ...association, patientId: 'ana' })
  const [waiting = { id: '' }] = (await practices.listInvitations(clinic.practice.id)).invitations
  const confirmed = await desk.call('POST', `${path}/invitations/${waiting.id}/confirm`, {})
  assert.deepEqual([confirmed.status, confirmed.body.code], [409, 'own-record-exists'])
  assert.match(confirmed.body.detail, /People with access/)
  const [still] = (await practices.listInvitations(clinic.practice.id)).invitations
  assert.equal(still?.claim?.accountId, cleo.id)

  // Both at the same moment.
  const dan = await anAccount(app, 'dan@home.example', 'Dan')
  const both = await Promise.allSettled(
    ['ana', 'ben'].map((patientId) => practices.associate({ ...association, accountId: dan.id, patientId })),
  )
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.equal((await practices.listAssociations(dan.id)).length, 1)
})

test('a patient of two practices is one person: the same date of birth opens, another one is refused', async () => {
  await using at = await openClinic()
  const { app, clinic } = at
  const elm = await aClinic(app, 'Elm Clinic')
  await aPatient(app, elm, 'ana-at-elm')
  const resource = {
    resourceType: 'Patient',
    id: 'young',
    name: [{ text: 'Young' }],
    birthDate: '2019-01-05',
  } as const
  await app.modules.records.write([{ practiceId: elm.practice.id, resource }])
  const account = await aReader(app, clinic, 'ana@home.example', ['ana'])
  const associate = (patientId: string) =>
    app.modules.practices.associate({
      ...{ accountId: account.id, practiceId: elm.practice.id, role: 'patient', patientId },
    })
  app.clock.forward(1)
  await assert.rejects(associate('young'), isTwo)
  await associate('ana-at-elm')
  const sandbox = await app.modules.practices.createSandbox(account)
  assert.equal(sandbox.kind, 'sandbox', 'the people of a sandbox are nobody')
  const { me } = await openPortal(app, account.email)
  const own = me.associations.filter(({ isOwn }: { isOwn: boolean }) => isOwn)
  assert.deepEqual(
    own.map(({ patient }: { patient: { id: string } }) => patient.id),
    ['ana'],
  )
  const client = await anApplication(app, clinic, { scopes: ['openid', 'fhirUser', 'patient/*.read'] })
  const request = { response_type: 'code', client_id: client.id, redirect_uri: redirectUri }
  const { browser, page } = await openConsent(app, request, account.email)
  assert.equal(page.body.match(/Your own record/g)?.length, 1)
  assert.match(page.body, /ana-at-elm Rivera, as a patient of Elm Clinic/)
  await answerConsent(app, browser, page)
})

test('the desk makes a patient a caregiver, after a proof; grants go on, and apps are informed who it is', async () => {
  await using at = await openClinic()
  const { app, clinic, desk, path, invite } = at
  const account = await aReader(app, clinic, 'ana@home.example', ['ben'])
  const client = await anApplication(app, clinic, { scopes: ['openid', 'fhirUser', 'patient/*.read'] })
  const tokens = await getTokens(app, client, account.email)
  const fhirUser = async () => {
    const answer = await fetch(`${app.portalUrl}/o/userinfo`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    return ((await answer.json()) as { fhirUser?: string }).fhirUser ?? ''
  }
  assert.match(await fhirUser(), /Patient\/ben$/)
  const [association = { id: '' }] = await app.modules.practices.listAssociations(account.id)
  const change = (relationship: string) =>
    desk.call('PUT', `${path}/associations/${association.id}`, { relationship })
  for (const word of ['', 'self', 'x'.repeat(61), 'wi\u202efe'])
    assert.deepEqual((await change(word)).body.field, 'relationship', word)
  app.clock.forward(601)
  assert.equal((await change('wife')).body.code, 'proof-required')
  await desk.call('POST', '/me/proof', { password: 'a-long-enough-password' })
  const changed = await change('wife')
  assert.deepEqual([changed.status, changed.body.role, changed.body.relationship], [200, 'proxy', 'wife'])
  assert.equal((await change('wife')).status, 404)
  const stranger = await openPortal(app, (await aClinic(app, 'Elm Clinic')).provider.email)
  assert.equal(
    (await stranger.call('PUT', `${path}/associations/${association.id}`, { relationship: 'x' })).status,
    404,
  )
  assert.match(await fhirUser(), /RelatedPerson\//, 'the access goes on')
  // Now the own record can be opened.
  assert.equal((await invite('ana')).status, 201)
  const opened = await app.modules.practices.acceptInvitation(
    await tokenOfNewestMail(app),
    account,
    '1988-04-02',
  )
  assert.equal(opened?.role, 'patient')
})

test('of stored doubles the oldest stays the own record, the others are seen as a caregiver, and grants stay', async () => {
  await using at = await openClinic()
  const { app, clinic } = at
  const { db } = app.store
  await db.schema.dropIndex('association_own_record').execute()
  const account = await anAccount(app, 'ana@home.example', 'Ana')
  const row = (id: string, patient_id: string, created_at: number) => ({
    ...{ id, account_id: account.id, practice_id: clinic.practice.id, role: 'patient' as const, patient_id },
    ...{ practitioner_id: null, relationship: 'self', related_person_id: null, created_at, ended_at: null },
  })
  await db
    .insertInto('association')
    .values([row('asn_c', 'ana', 3), row('asn_b', 'ben', 2), row('asn_a', 'ana', 1)])
    .execute()
  const client = await anApplication(app, clinic, { scopes: ['patient/*.read'] })
  const grant = await app.modules.grants.create({
    ...{ accountId: account.id, applicationId: client.id, scopes: ['patient/*.read'] },
    ...{ associationIds: ['asn_c', 'asn_b'], expiresAt: undefined },
  })
  for (let time = 0; time < 2; time++) await keepOneOwnRecord(db as never)
  const left = await app.modules.practices.listAssociations(account.id)
  assert.deepEqual(
    left.map(({ id, role, relationship }) => [id, role, relationship]),
    [
      ['asn_a', 'patient', 'self'],
      ['asn_b', 'proxy', 'caregiver'],
    ],
  )
  const state = await app.modules.grants.findState(grant.id)
  assert.deepEqual(state?.patientIds.toSorted(), ['ana', 'ben'])
  assert.deepEqual((await app.modules.grants.findUser(grant.id))?.id, 'ana')
})
