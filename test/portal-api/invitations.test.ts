import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Patient } from 'fhir/r4'
import { aClinic } from '../support/people.ts'
import { startApp } from '../support/start-app.ts'
import { openPortal } from './open-portal.ts'

test('nobody is invited to a record whose date of birth cannot be confirmed', async () => {
  await using app = await startApp()
  const clinic = await aClinic(app, 'Oak Clinic')
  const write = async (birthDate: string | undefined) => {
    const resource: Patient = { resourceType: 'Patient', id: 'mia', name: [{ text: 'Mia Torres' }] }
    const dated = birthDate === undefined ? resource : { ...resource, birthDate }
    const { rejected } = await app.nouns.records.write([{ practiceId: clinic.practice.id, resource: dated }])
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
    assert.deepEqual(app.nouns.outbox?.list(), [])
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
  assert.equal(app.nouns.outbox?.list()[0]?.to, 'mia@torres.example')
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
