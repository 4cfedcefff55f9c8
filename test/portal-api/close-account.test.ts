import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { aKey, anApprovedService, askForBackendToken } from '../authorization/clients/client-keys.ts'
import { createAuthenticator } from '../support/authenticator.ts'
import { authorize, getTokens, postToken, readApi } from '../support/authorize.ts'
import { listOpenGrants } from '../support/open-grants.ts'
import {
  aClinic,
  anAccount,
  anApplication,
  aPatient,
  aReader,
  type Clinic,
  password,
  redirectUri,
} from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { openPortal } from './open-portal.ts'

const visitor = { ip: '192.0.2.9', userAgent: 'x' }

describe('who closes the own account', () => {
  let app: TestApp
  let clinic: Clinic
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'Oak Clinic')
    for (const id of ['ana', 'ben', 'kim']) await aPatient(app, clinic, id)
  })
  after(() => app[Symbol.asyncDispose]())

  const mailsTo = async (email: string) =>
    ((await app.modules.outbox?.list()) ?? []).filter(({ to }) => to === email)
  const tokenOf = async (email: string, page: string) =>
    new RegExp(`${page}\\?token=(\\S+)`).exec(
      (await mailsTo(email)).find(({ text }) => text.includes(page))?.text ?? '',
    )?.[1] ?? ''
  const close = async (email: string) => (await openPortal(app, email)).call('POST', '/me/close', {})
  const signUp = async (email: string) => {
    const intent = { kind: 'person' } as const
    await app.modules.accounts.startSignUp({ email, displayName: 'Somebody Else', intent, visitor })
    const token = await tokenOf(email, '/signup/finish')
    return app.modules.accounts.finishSignUp(token, 'quite another password', visitor)
  }

  test('has no sign-in, token, passkey, known browser, link or invitation any more, and somebody else gets nothing', async () => {
    const email = 'ana@home.example'
    const { accounts, practices, grants } = app.modules
    const account = await aReader(app, clinic, email, ['ana'])
    await practices.associate({
      ...{ accountId: account.id, practiceId: clinic.practice.id, role: 'proxy', patientId: 'ben' },
      relationship: 'wife',
    })
    const client = await anApplication(app, clinic)
    const tokens = await getTokens(app, client, email)
    const code = (await authorize(app, client.id, email)).get('code') ?? ''
    assert.equal((await readApi(app, 'Patient', tokens.access_token)).status, 200)

    const portal = await openPortal(app, email)
    const elsewhere = await openPortal(app, email)
    const { signIn } =
      (await accounts.findSignIn((await accounts.startSignIn(account.id, visitor)).token)) ?? {}
    assert.ok(signIn)
    const authenticator = createAuthenticator(app.portalUrl)
    const asked = await accounts.factors.startPasskey(account, signIn)
    const made = { name: 'Phone', response: authenticator.create(asked) }
    const [recoveryCode = ''] = (await accounts.factors.addPasskey(account, signIn, made)) ?? []
    const known = await accounts.signIn({ email, password, visitor })
    assert.equal(known.kind, 'pending')
    await accounts.startPasswordReset(email, visitor)
    await accounts.startEmailChange(account.id, password, 'ana@new.example')
    const invitation = { practiceId: clinic.practice.id, invitedBy: clinic.provider.id }
    await practices.invite({ ...invitation, patientId: 'ana', email, role: 'patient', relationship: 'self' })
    const openInvitation = await tokenOf(email, '/invitation')
    await practices.invite({
      ...{
        ...invitation,
        patientId: 'kim',
        email: 'other@home.example',
        role: 'proxy',
        relationship: 'wife',
      },
    })
    const claimed = await tokenOf('other@home.example', '/invitation')
    assert.equal(await practices.acceptInvitation(claimed, account, '1988-04-02'), undefined, 'it waits')
    const proxy = (await practices.listAssociations(account.id)).find(({ role }) => role === 'proxy')
    assert.ok(proxy?.relatedPersonId)

    // The second step ended the other sign-ins; a new one is asked for the proof when its own is old.
    assert.equal((await portal.call('GET', '/me')).status, 401)
    assert.equal((await elsewhere.call('GET', '/me')).status, 401)
    await assert.rejects(accounts.close(account, { ...signIn, provenAt: new Date(0) }), {
      code: 'proof-required',
    })
    assert.equal((await readApi(app, 'Patient', tokens.access_token)).status, 200)
    await accounts.close(account, signIn)

    const [goodbye] = await mailsTo(email)
    assert.match(goodbye?.text ?? '', /was closed just now[\s\S]*records, which belong to the practices/)
    assert.equal((await readApi(app, 'Patient', tokens.access_token)).status, 401)
    const credentials = { client_id: client.id, client_secret: client.secret }
    const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
    const redeem = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
    for (const form of [refresh, redeem])
      assert.equal((await postToken(app, { ...form, ...credentials })).body.error, 'invalid_grant')
    assert.equal(await accounts.findSignIn(known.kind === 'pending' ? known.token : ''), undefined)
    await assert.rejects(
      accounts.secondStep.passWithCode({
        ...{ pendingToken: known.kind === 'pending' ? known.token : '', code: recoveryCode, visitor },
      }),
      { code: 'sign-in-required' },
    )
    assert.equal(await accounts.isSignInOpen(signIn.id), false)
    await assert.rejects(accounts.signIn({ email, password, visitor }), { code: 'sign-in-failed' })
    const options = await accounts.startPasskeySignIn('brw_x', visitor)
    await assert.rejects(
      accounts.signInWithPasskey({ browser: 'brw_x', response: authenticator.get(options), visitor }),
      { code: 'passkey-refused' },
    )
    assert.equal(await accounts.findPasswordReset(await tokenOf(email, '/reset/finish')), undefined)
    assert.equal(
      await accounts.findEmailChange(await tokenOf('ana@new.example', '/account/email/confirm')),
      undefined,
    )
    assert.equal(await practices.findInvitation(openInvitation), undefined)
    assert.deepEqual((await practices.listInvitations(clinic.practice.id)).invitations, [])
    assert.deepEqual(await listOpenGrants(grants, account.id), [])
    assert.equal(await accounts.find(account.id), undefined)
    for (const table of ['sign_in', 'known_device', 'passkey', 'recovery_code', 'pending_sign_in'] as const) {
      const rows = await app.store.db
        .selectFrom(table)
        .select('account_id')
        .where('account_id', '=', account.id)
        .execute()
      assert.deepEqual(rows, [], table)
    }
    const row = await app.store.db
      .selectFrom('account')
      .selectAll()
      .where('id', '=', account.id)
      .executeTakeFirstOrThrow()
    assert.doesNotMatch(JSON.stringify(row), /home\.example/)

    // The practice keeps its records; the record that stood for the proxy is not active.
    const within = { patientIds: ['ben'], practiceIds: [] }
    const related = await app.modules.records.read(within, 'RelatedPerson', proxy?.relatedPersonId ?? '')
    assert.equal((JSON.parse(related ?? '{}') as { active?: boolean }).active, false)
    const { people } = await practices.listPeople(clinic.practice.id)
    assert.deepEqual(
      people.map((each) => each.email),
      [clinic.provider.email],
    )

    const { account: another } = await signUp(email)
    assert.notEqual(another.id, account.id)
    assert.deepEqual(await practices.listAssociations(another.id), [])
    const seen = await accounts.startSignIn(another.id, visitor)
    assert.ok(await accounts.findSignIn(seen.token))
    assert.deepEqual((await accounts.factors.list(another.id)).passkeys, [])
    assert.equal((await postToken(app, { ...refresh, ...credentials })).body.error, 'invalid_grant')
    const page = await app.modules.grants.listConnected(another.id, 0)
    assert.deepEqual([page.apps, (await practices.listWaitingInvitations(another.id)).invitations], [[], []])
  })

  test('is signed out, reported what it means before, and asked for a proof', async () => {
    const email = 'cleo@home.example'
    await anAccount(app, email, 'Cleo')
    const portal = await openPortal(app, email)
    const meaning = await portal.call('GET', '/me/closing')
    assert.deepEqual(meaning.body, { staying: [], closing: [], applications: 0 })
    app.clock.forward(601)
    assert.equal((await portal.call('POST', '/me/close', {})).body.code, 'proof-required')
    assert.equal((await portal.call('POST', '/me/close', { sure: true })).status, 400)
    await portal.call('POST', '/me/proof', { password })
    assert.equal((await portal.call('POST', '/me/close', {})).status, 204)
    assert.equal((await portal.call('GET', '/me')).status, 401)
    assert.equal((await portal.call('POST', '/me/close', {})).status, 401)
    const answer = await fetch(`${app.portalUrl}/account/closed`)
    assert.match(await answer.text(), /Your account is closed/)
    await signUp(email)
  })

  test('stays while a practice with patients would lose its only provider', async () => {
    const elm = await aClinic(app, 'Elm Clinic')
    await aPatient(app, elm, 'eva')
    const partner = await anAccount(app, 'partner@elm.example', 'Dr. Partner')
    const portal = await openPortal(app, elm.provider.email)
    const { staying } = (await portal.call('GET', '/me/closing')).body
    assert.deepEqual(staying, [{ id: elm.practice.id, name: 'Elm Clinic', kind: 'practice' }])
    const refused = await close(elm.provider.email)
    assert.deepEqual([refused.status, refused.body.code], [403, 'not-allowed'])
    assert.match(refused.body.detail, /only provider of Elm Clinic.*make a colleague a provider first/)
    assert.equal((await portal.call('GET', '/me')).status, 200, 'nothing was ended')
    const staff = { accountId: partner.id, practiceId: elm.practice.id, role: 'staff' } as const
    await app.modules.practices.associate(staff)
    assert.equal((await close(elm.provider.email)).status, 403, 'staff is no provider')
    await app.modules.practices.addProvider(elm.practice, partner)

    // Both at the same moment: one of them stays.
    const both = await Promise.all([openPortal(app, elm.provider.email), openPortal(app, partner.email)])
    const answers = await Promise.all(both.map(({ call }) => call('POST', '/me/close', {})))
    assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 403])
    const providers = (await app.modules.practices.listPeople(elm.practice.id)).people.filter(
      ({ role }) => role === 'provider',
    )
    assert.equal(providers.length, 1)
  })

  test('ends the applications and sandboxes of a developer; what another practice approved of others stays', async () => {
    const { accounts, practices, applications, approvals, grants } = app.modules
    const developer = await anAccount(app, 'dev@apps.example', 'Dev')
    const sandbox = await practices.createSandbox(developer)
    const empty = await practices.createForProvider(developer, 'A practice that never began')
    const house = { practice: sandbox, provider: developer }
    const client = await anApplication(app, house, { name: 'Diary' })
    const reader = await aReader(app, clinic, 'reader@home.example', ['ben'], 'father')
    const tokens = await getTokens(app, client, reader.email)
    const key = await aKey('ES384')
    const service = await anApprovedService(app, house, key)
    await approvals.approve({
      ...{ applicationId: service.id, practiceId: clinic.practice.id, accountId: clinic.provider.id },
    })
    const registration = await applications.registrationTokens.issueInitial(developer.id, 3600)
    // What the developer approved as an administrator of another practice is the practice's.
    await practices.addProvider(clinic.practice, developer)
    const other = await anApprovedService(app, { ...clinic, provider: clinic.provider }, key)
    app.clock.forward(1)
    await approvals.approve({
      ...{ applicationId: other.id, practiceId: clinic.practice.id, accountId: developer.id },
    })
    const guest = await anAccount(app, 'guest@apps.example', 'Guest')
    await practices.associate({ accountId: guest.id, practiceId: sandbox.id, role: 'staff' })

    const portal = await openPortal(app, developer.email)
    const meaning = (await portal.call('GET', '/me/closing')).body
    assert.deepEqual(meaning, {
      staying: [],
      closing: [
        { id: empty.id, name: empty.name, kind: 'practice' },
        { id: sandbox.id, name: sandbox.name, kind: 'sandbox' },
      ],
      applications: 2,
    })
    assert.equal((await portal.call('POST', '/me/close', {})).status, 204)

    assert.equal((await readApi(app, 'Patient', tokens.access_token)).status, 401)
    for (const id of [client.id, service.id]) assert.equal(await applications.find(id), undefined)
    assert.notEqual((await askForBackendToken(app, service.id, key)).status, 200)
    assert.equal((await askForBackendToken(app, other.id, key)).status, 200)
    assert.equal(await applications.registrationTokens.findOwner(registration), undefined)
    assert.deepEqual(await listOpenGrants(grants, reader.id), [])
    assert.deepEqual(await practices.listAssociations(guest.id), [], 'the sandbox is closed for all')
    const { entries: left } = await approvals.list({ practiceId: clinic.practice.id })
    assert.deepEqual(
      left.map(({ applicationId, approvedBy }) => [applicationId, approvedBy]),
      [[other.id, 'Dev']],
    )
    assert.equal((await accounts.findByEmail(developer.email))?.id, undefined)
  })

  test('has no sign-in that began in the moment in which it was closed', async () => {
    const email = 'dan@home.example'
    const { accounts } = app.modules
    const account = await anAccount(app, email, 'Dan')
    const { token } = await accounts.startSignIn(account.id, visitor)
    const { signIn } = (await accounts.findSignIn(token)) ?? {}
    assert.ok(signIn)
    const closing = accounts.close(account, signIn)
    const begun = await Promise.allSettled(
      Array.from({ length: 6 }, async (_, at) =>
        at % 2 === 0
          ? accounts.startSignIn(account.id, visitor)
          : accounts.signIn({ email, password, visitor }),
      ),
    )
    await closing
    for (const each of begun)
      if (each.status === 'fulfilled') assert.equal(await accounts.findSignIn(each.value.token), undefined)
    await assert.rejects(accounts.close(account, signIn), { code: 'sign-in-required' })
  })
})
