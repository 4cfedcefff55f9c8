import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Patient } from 'fhir/r4'
import { aClinic, anAccount, aPatient } from '../support/people.ts'
import { startApp } from '../support/start-app.ts'
import { openPortal } from './open-portal.ts'

test('nobody is invited to a record whose date of birth cannot be confirmed', async () => {
  await using app = await startApp()
  const clinic = await aClinic(app, 'Oak Clinic')
  const write = async (birthDate: string | undefined) => {
    const resource: Patient = { resourceType: 'Patient', id: 'mia', name: [{ text: 'Mia Torres' }] }
    const dated = birthDate === undefined ? resource : { ...resource, birthDate }
    const { rejected } = await app.modules.records.write([
      { practiceId: clinic.practice.id, resource: dated },
    ])
    assert.deepEqual(rejected, [])
  }
  const desk = await openPortal(app, clinic.provider.email)
  const invite = () =>
    desk.call('POST', `/practices/${clinic.practice.id}/invitations`, {
      patientId: 'mia',
      email: 'mia@torres.example',
      role: 'patient',
      relationship: 'self',
      relatedPersonId: null,
    })
  for (const birthDate of [undefined, '1988', '1988-04']) {
    await write(birthDate)
    const { status, body } = await invite()
    assert.equal(status, 400, JSON.stringify(body))
    assert.match(body.detail, /no full date of birth.*Add it to the record/)
    assert.deepEqual(await app.modules.outbox?.list(), [])
  }
  await write('1988-04-17')
  app.clock.forward(3600)
  const invited = await invite()
  assert.equal(invited.status, 201)
  const { createdAt, expiresAt } = invited.body.invitation
  assert.equal(createdAt, app.clock.now().toISOString(), 'the time of the invitation, not of the practice')
  const { body: listed } = await desk.call('GET', `/practices/${clinic.practice.id}/invitations`)
  assert.deepEqual(listed.invitations, [invited.body.invitation])
  assert.ok(expiresAt > createdAt)
  assert.equal((await app.modules.outbox?.list())?.[0]?.to, 'mia@torres.example')
})

test('an account of another address waits, and the desk confirms or refuses it', async () => {
  await using app = await startApp()
  const clinic = await aClinic(app, 'Oak Clinic')
  await aPatient(app, clinic, 'mia')
  await anAccount(app, 'mia@work.example', 'Mia T.')
  const desk = await openPortal(app, clinic.provider.email)
  const person = await openPortal(app, 'mia@work.example')
  const stranger = await openPortal(app, (await aClinic(app, 'Elm Clinic')).provider.email)
  const path = `/practices/${clinic.practice.id}/invitations`
  for (const end of ['refuse', 'confirm'] as const) {
    const form = { patientId: 'mia', email: 'mia@home.example', role: 'patient', relationship: 'self' }
    const invited = await desk.call('POST', path, { ...form, relatedPersonId: null })
    assert.deepEqual([invited.status, invited.body.invitation.claim], [201, null])
    const [, token = ''] = /token=(\S+)/.exec((await app.modules.outbox?.list())?.[0]?.text ?? '') ?? []
    const { account } = person.me
    assert.equal(await app.modules.practices.acceptInvitation(token, account, '1988-04-02'), undefined)
    const [waiting] = (await desk.call('GET', path)).body.invitations
    assert.deepEqual(waiting.claim, {
      displayName: 'Mia T.',
      email: 'mia@work.example',
      claimedAt: app.clock.now().toISOString(),
    })
    const seen = (await person.call('GET', '/me')).body
    assert.deepEqual(
      [seen.associations, seen.waitingInvitations],
      [[], [{ practice: 'Oak Clinic', claimedAt: app.clock.now().toISOString() }]],
    )
    const confirm = `${path}/${waiting.id}/confirm`
    for (const other of [person, stranger]) assert.equal((await other.call('POST', confirm, {})).status, 404)
    if (end === 'refuse') assert.equal((await desk.call('DELETE', `${path}/${waiting.id}`)).status, 204)
    assert.equal((await desk.call('POST', confirm, {})).status, end === 'confirm' ? 201 : 404)
    assert.equal((await desk.call('POST', confirm, {})).status, 404)
    const after = (await person.call('GET', '/me')).body
    assert.deepEqual([after.associations.length, after.waitingInvitations], [end === 'confirm' ? 1 : 0, []])
  }
})

test('a cursor that this server did not make is refused, whatever is in it', async () => {
  await using app = await startApp()
  const clinic = await aClinic(app, 'Ash Clinic')
  const desk = await openPortal(app, clinic.provider.email)
  for (const content of [
    ['\u0000', 'a'],
    ['a', '\ud800'],
    ["a' or 1=1", 'b'],
    ['a'],
    {},
    null,
    'x'.repeat(900),
  ]) {
    const cursor = Buffer.from(JSON.stringify(content)).toString('base64url')
    for (const path of [`/practices/${clinic.practice.id}/patients`, '/records/Observation']) {
      const { status, body } = await desk.call('GET', `${path}?cursor=${cursor}`)
      assert.equal(status, 400, `${path} ${JSON.stringify(content)}: ${JSON.stringify(body)}`)
    }
  }
})
