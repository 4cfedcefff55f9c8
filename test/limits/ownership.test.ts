import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { hashSecret } from '#server/secrets.ts'
import { applicationForm, openPortal, type Portal } from '../portal-api/open-portal.ts'
import { aClinic, anAccount, anApplication, aPatient, type Clinic } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

const visitor = { ip: '192.0.2.1', userAgent: 'x' }

describe('what one account, application or practice may have', () => {
  let app: TestApp
  let clinic: Clinic
  let portal: Portal
  before(async () => {
    app = await startApp({
      MAX_APPLICATIONS_PER_ACCOUNT: '3',
      MAX_SELF_REGISTERED_APPLICATIONS: '2',
      MAX_SECRETS_PER_APPLICATION: '2',
      MAX_KEYS_PER_APPLICATION: '2',
      MAX_REDIRECT_URIS: '2',
      MAX_APPROVAL_REQUESTS: '1',
      MAX_APPROVALS_PER_PRACTICE: '1',
      MAX_REGISTRATION_TOKENS: '2',
      MAX_SANDBOXES_PER_ACCOUNT: '1',
      MAX_PRACTICES_PER_ACCOUNT: '2',
      MAX_OPEN_INVITATIONS: '2',
      MAX_OPEN_SANDBOX_INVITATIONS: '1',
      MAX_SIGN_INS_PER_ACCOUNT: '3',
      MAX_OPEN_LAUNCHES: '2',
      REGISTRATION: 'open',
    })
    clinic = await aClinic(app, 'North Clinic')
    await aPatient(app, clinic, 'ana')
    portal = await openPortal(app, clinic.provider.email)
  })
  after(() => app[Symbol.asyncDispose]())

  /** An account with a practice of its own, so that no test uses up what another one counts. */
  const owner = async (name: string) => {
    const account = await anAccount(app, `${name}@example.com`, name)
    await app.modules.practices.createForProvider(account, `${name} practice`)
    return account
  }
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
    )
  const form = { ...applicationForm, kind: 'confidential' as const }

  test('applications: of many at the same moment the last ones are refused, and a deleted one makes room', async () => {
    const { id } = await owner('ada')
    const { applications } = app.modules
    const made = await Promise.allSettled([1, 2, 3, 4, 5, 6].map(() => applications.create(id, form)))
    assert.equal(made.filter(({ status }) => status === 'fulfilled').length, 3)
    assert.match(
      await codeOf(applications.create(id, form)),
      /limit-reached: Applications of one account: at most 3 applications\. Delete one/,
    )
    const {
      applications: [first],
    } = await applications.listOwned(id)
    await applications.remove(id, first?.id ?? '')
    assert.equal(await codeOf(applications.create(id, form)), 'done')
  })

  test('the portal says it with 422 and what to do', async () => {
    for (let at = 0; at < 3; at++)
      assert.equal((await portal.call('POST', '/applications', applicationForm)).status, 201)
    const refused = await portal.call('POST', '/applications', applicationForm)
    assert.equal(refused.status, 422)
    assert.equal(refused.body.code, 'limit-reached')
    assert.match(refused.body.detail, /at most 3 applications.*Delete one/)
  })

  test('applications that register by themselves have a limit together, said as RFC 7591 does', async () => {
    const register = () =>
      fetch(`${app.portalUrl}/o/register/`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ redirect_uris: ['https://app.example.com/cb'], client_name: 'X' }),
      })
    for (let at = 0; at < 2; at++) assert.equal((await register()).status, 201)
    const refused = await register()
    const body = (await refused.json()) as { error: string; error_description: string }
    assert.ok([400, 422].includes(refused.status), `${refused.status}`)
    assert.match(body.error_description, /at most 2 applications/)
  })

  test('redirect URIs and keys of an application', async () => {
    const { id } = await owner('bea')
    const uris = (count: number) => Array.from({ length: count }, (_, at) => `https://app.example.com/${at}`)
    const create = (changes: object) => codeOf(app.modules.applications.create(id, { ...form, ...changes }))
    assert.equal(await create({ redirectUris: uris(2), postLogoutRedirectUris: uris(2) }), 'done')
    assert.match(await create({ redirectUris: uris(3) }), /redirect-uri-invalid: .*at most 2 addresses/)
    assert.match(
      await create({ postLogoutRedirectUris: uris(3) }),
      /redirect-uri-invalid: .*at most 2 addresses/,
    )
    const key = (kid: string) => ({
      ...generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' }),
      kid,
    })
    const keyed = (count: number) => ({
      authentication: 'key',
      jwks: { keys: Array.from({ length: count }, (_, at) => key(`k${at}`)) },
    })
    assert.equal(await create(keyed(2)), 'done')
    assert.match(await create(keyed(3)), /1 to 2 keys/)
  })

  test('secrets of an application that still work', async () => {
    const { id } = await owner('cyd')
    const { application } = await app.modules.applications.create(id, form)
    const rotate = (overlap: number) =>
      codeOf(app.modules.applications.rotateSecret(id, application.id, overlap))
    assert.equal(await rotate(3600), 'done')
    assert.match(await rotate(3600), /limit-reached: .*at most 2 secrets.*without an overlap/)
    assert.equal((await app.modules.applications.listSecrets(application.id)).length, 2)
    assert.equal(await rotate(0), 'done')
    assert.equal((await app.modules.applications.listSecrets(application.id)).length, 1)
  })

  test('sandboxes and practices of an account', async () => {
    await owner('dan')
    const own = await openPortal(app, 'dan@example.com')
    for (const status of [201, 422]) assert.equal((await own.call('POST', '/sandboxes', {})).status, status)
    for (const status of [201, 422])
      assert.equal((await own.call('POST', '/practices', { name: 'Another' })).status, status)
  })

  test('open invitations of a practice and of a sandbox; one that is ended makes room', async () => {
    const invite = (practiceId: string, patientId: string, at: number) =>
      app.modules.practices.invite({
        ...{ practiceId, patientId, email: `p${at}@example.com`, role: 'patient', relationship: 'self' },
        invitedBy: clinic.provider.id,
      } as const)
    const { id } = clinic.practice
    const first = await invite(id, 'ana', 1)
    await invite(id, 'ana', 2)
    assert.match(await codeOf(invite(id, 'ana', 3)), /limit-reached: .*at most 2 invitations.*End some/)
    await app.modules.practices.endInvitation(id, first.id)
    assert.equal(await codeOf(invite(id, 'ana', 3)), 'done')
    const account = await anAccount(app, 'eve@example.com', 'Eve')
    const sandbox = await app.modules.practices.createSandbox(account)
    const patient = (await app.modules.practices.listAssociations(account.id)).find(
      ({ patientId }) => patientId,
    )
    await invite(sandbox.id, patient?.patientId ?? '', 4)
    assert.match(await codeOf(invite(sandbox.id, patient?.patientId ?? '', 5)), /at most 1 invitations/)
  })

  test('browsers in which an account is signed in: the one that was used least recently is signed out', async () => {
    const account = await anAccount(app, 'fay@example.com', 'Fay')
    const tokens: string[] = []
    for (let at = 0; at < 3; at++) {
      tokens.push((await app.modules.accounts.startSignIn(account.id, visitor)).token)
      app.clock.forward(600)
    }
    // Used since, and so not the oldest any more.
    await app.modules.accounts.findSignIn(tokens[0] ?? '')
    app.clock.forward(600)
    tokens.push((await app.modules.accounts.startSignIn(account.id, visitor)).token)
    const open = await Promise.all(tokens.map((token) => app.modules.accounts.findSignIn(token)))
    assert.deepEqual(
      open.map((each) => each !== undefined),
      [true, false, true, true],
    )
    // All at the same moment: the new one is never the one that goes.
    for (let at = 0; at < 5; at++) {
      const { token } = await app.modules.accounts.startSignIn(account.id, visitor)
      assert.ok(await app.modules.accounts.findSignIn(token))
    }
    assert.equal((await app.modules.accounts.listSignIns(account.id)).length, 3)
  })

  test('requests for approval, and services that a practice lets in', async () => {
    const { id } = await owner('gus')
    const backend = {
      ...form,
      authentication: 'key' as const,
      jwksUri: 'https://app.example.com/jwks',
      scopes: ['system/*.rs'],
    }
    const services = [
      (await app.modules.applications.create(id, backend)).application.id,
      (await app.modules.applications.create(id, backend)).application.id,
    ] as const
    const { approvals, practices } = app.modules
    const other = await practices.create({ name: 'Other', kind: 'practice' })
    await approvals.request({ applicationId: services[0], practiceId: clinic.practice.id, accountId: id })
    assert.equal(
      await codeOf(
        approvals.request({ applicationId: services[0], practiceId: clinic.practice.id, accountId: id }),
      ),
      'done',
    )
    assert.match(
      await codeOf(approvals.request({ applicationId: services[0], practiceId: other.id, accountId: id })),
      /limit-reached: .*at most 1 open requests/,
    )
    const approve = (applicationId: string) =>
      codeOf(
        approvals.approve({ applicationId, practiceId: clinic.practice.id, accountId: clinic.provider.id }),
      )
    assert.equal(await approve(services[0]), 'done')
    assert.equal(await approve(services[0]), 'done')
    assert.match(await approve(services[1]), /limit-reached: .*at most 1 services.*End the approval/)
  })

  test('registration tokens of an account', async () => {
    const { id } = await owner('hal')
    const issue = () => codeOf(app.modules.applications.registrationTokens.issueInitial(id, 3600))
    assert.deepEqual([await issue(), await issue()], ['done', 'done'])
    assert.match(await issue(), /limit-reached: .*at most 2 tokens/)
    app.clock.forward(3601)
    assert.equal(await issue(), 'done')
  })

  test('launches that wait for their app: the oldest ends', async () => {
    const doctor = await owner('ivy')
    const [association] = await app.modules.practices.listAssociations(doctor.id)
    assert.ok(association)
    await aPatient(app, { practice: association.practice, provider: doctor }, 'zoe')
    const launched = await anApplication(
      app,
      { practice: association.practice, provider: doctor },
      { launchUri: 'https://app.example.com/launch' },
    )
    const start = async () => {
      const address = await app.modules.launches.start(association, launched.id, {
        ...{
          associationId: association.id,
          patientId: 'zoe',
          encounterId: undefined,
          intent: undefined,
          fhirContext: [],
        },
      })
      app.clock.forward(1)
      return new URL(address).searchParams.get('launch') ?? ''
    }
    const ids = [await start(), await start(), await start()]
    const found = await Promise.all(ids.map((id) => app.modules.launches.find(hashSecret(id), launched.id)))
    assert.deepEqual(
      found.map((each) => (typeof each === 'string' ? each : 'open')),
      ['expired', 'open', 'open'],
    )
  })
})
