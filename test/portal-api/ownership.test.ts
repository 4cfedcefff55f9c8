import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { getTokens, readApi } from '../support/authorize.ts'
import { aClinic, aPatient, aReader } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { applicationForm, openPortal, type Portal } from './open-portal.ts'

describe('what belongs to one account is not there for another', () => {
  let app: TestApp
  let owner: Portal
  let others: Portal[]
  let ids: Record<'application' | 'grant' | 'signIn' | 'practice' | 'association' | 'invitation', string>
  let token: string
  before(async () => {
    app = await startApp()
    const clinic = await aClinic(app, 'North')
    const other = await aClinic(app, 'South')
    await aPatient(app, clinic, 'ana')
    await aPatient(app, other, 'kim')
    const reader = await aReader(app, clinic, 'ana@example.com', ['ana'])
    await aReader(app, other, 'kim@example.com', ['kim'])
    owner = await openPortal(app, clinic.provider.email)
    const created = await owner.call('POST', '/applications', applicationForm)
    const application = { id: created.body.application.id, secret: created.body.secret }
    token = (await getTokens(app, application, reader.email)).access_token
    const ana = await openPortal(app, reader.email)
    const invitation = await owner.call('POST', `/practices/${clinic.practice.id}/invitations`, {
      patientId: 'ana',
      email: 'father@example.com',
      role: 'proxy',
      relationship: 'father',
    })
    const people = await owner.call('GET', `/practices/${clinic.practice.id}/people`)
    ids = {
      application: application.id,
      grant: (await ana.call('GET', '/connected-apps')).body.apps[0].grants[0].id,
      signIn: owner.me.signInId,
      practice: clinic.practice.id,
      association: people.body.people.find((each: { role: string }) => each.role === 'patient').associationId,
      invitation: invitation.body.invitation.id,
    }
    others = [
      await openPortal(app, other.provider.email),
      await openPortal(app, 'kim@example.com'),
      // Of the same practice, but neither provider nor staff; the owner of an application does not own its grants.
      ana,
    ]
  })
  after(() => app[Symbol.asyncDispose]())

  const attempts = (): Array<[string, string, unknown?]> => [
    ['GET', `/applications/${ids.application}`],
    ['PUT', `/applications/${ids.application}`, applicationForm],
    ['POST', `/applications/${ids.application}/secrets`, { overlapSeconds: 0 }],
    ['DELETE', `/applications/${ids.application}`],
    ['DELETE', `/sign-ins/${ids.signIn}`],
    ['GET', `/practices/${ids.practice}`],
    ['GET', `/practices/${ids.practice}/patients`],
    ['GET', `/practices/${ids.practice}/people`],
    ['GET', `/practices/${ids.practice}/invitations`],
    [
      'POST',
      `/practices/${ids.practice}/invitations`,
      { patientId: 'ana', email: 'x@example.com', role: 'proxy', relationship: 'friend' },
    ],
    ['DELETE', `/practices/${ids.practice}/invitations/${ids.invitation}`],
    ['DELETE', `/practices/${ids.practice}/associations/${ids.association}`],
  ]

  test('every verb on everything of another account is 404, and nothing has changed', async () => {
    for (const portal of others)
      for (const [method, path, body] of attempts()) {
        const answer = await portal.call(method, path, body)
        assert.equal(answer.status, 404, `${method} ${path} by ${portal.me.account.email}`)
        assert.equal(answer.type, 'application/problem+json; charset=utf-8')
      }
    for (const portal of [owner, ...others.slice(0, 2)]) {
      assert.equal((await portal.call('DELETE', `/grants/${ids.grant}`)).status, 404)
      assert.equal((await portal.call('DELETE', `/connected-apps/${ids.application}`)).status, 404)
    }
    assert.equal((await readApi(app, 'Patient', token)).status, 200, 'the grant lives')
    assert.equal((await owner.call('GET', `/applications/${ids.application}`)).status, 200)
    const { body } = await owner.call('GET', `/practices/${ids.practice}/invitations`)
    assert.equal(body.invitations.length, 1)
  })

  test('records of people that the account does not reach are 404 or not in the list', async () => {
    const [southern, kim] = others
    for (const portal of [southern, kim]) {
      assert.equal((await portal?.call('GET', '/records?patient=ana'))?.status, 404)
      assert.equal((await portal?.call('GET', '/records/Immunization?patient=ana'))?.status, 404)
      const { body } = (await portal?.call('GET', '/records/Patient')) ?? {}
      assert.deepEqual(
        body.results.map(({ id }: { id: string }) => id),
        ['kim'],
      )
    }
  })

  test('nobody signed in: 401; a change without the token of the page: 403', async () => {
    for (const [method, path, body] of [...attempts(), ['GET', '/me'] as [string, string]]) {
      const options = {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      }
      const { status } = await fetch(`${app.portalUrl}/portal-api${path}`, options)
      assert.equal(status, 401, `${method} ${path}`)
      if (method === 'GET') continue
      for (const wrong of ['', 'x', others[0]?.me.csrfToken])
        assert.equal(
          (await owner.call(method, path, body, { 'x-csrf-token': wrong })).status,
          403,
          `${method} ${path} with ${wrong}`,
        )
    }
  })
})
