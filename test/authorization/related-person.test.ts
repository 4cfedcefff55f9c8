import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { RelatedPerson } from 'fhir/r4'
import type { Association } from '#server/practices/practices.ts'
import { aClinic, anAccount, aPatient, type Clinic, password } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

describe('the RelatedPerson record that was written for a proxy', () => {
  let app: TestApp
  let clinic: Clinic
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'Follow Clinic')
    await aPatient(app, clinic, 'ben')
  })
  after(() => app[Symbol.asyncDispose]())

  async function aProxy(email: string, relatedPersonId?: string): Promise<Association> {
    const account = await anAccount(app, email, 'Eve Moreau')
    return app.modules.practices.associate({
      accountId: account.id,
      practiceId: clinic.practice.id,
      role: 'proxy',
      patientId: 'ben',
      relationship: 'mother',
      relatedPersonId,
    })
  }

  const within = { patientIds: ['ben'], practiceIds: [] }
  async function read({ relatedPersonId = '' }: Association): Promise<RelatedPerson> {
    return JSON.parse((await app.modules.records.read(within, 'RelatedPerson', relatedPersonId)) ?? '')
  }
  async function write(resource: RelatedPerson): Promise<void> {
    const { rejected } = await app.modules.records.write([{ practiceId: clinic.practice.id, resource }])
    assert.deepEqual(rejected, [])
  }
  async function changeAddress(accountId: string, email: string): Promise<void> {
    await app.modules.accounts.startEmailChange(accountId, password, email)
    const mail = (await app.modules.outbox?.list())?.find(({ to }) => to === email)
    const visitor = { ip: '192.0.2.1', userAgent: 'x' }
    const { token } = await app.modules.accounts.startSignIn(accountId, visitor)
    const signedIn = await app.modules.accounts.findSignIn(token)
    assert.ok(signedIn)
    const link = /token=(\S+)/.exec(mail?.text ?? '')?.[1] ?? ''
    await app.modules.accounts.finishEmailChange(link, signedIn.signIn, visitor)
  }

  test('follows name and address of the account, as new versions', async () => {
    const proxy = await aProxy('eve@example.com')
    const first = await read(proxy)
    app.clock.forward(60)
    await app.modules.accounts.changeDisplayName(proxy.accountId, 'Eve van Holt')
    const renamed = await read(proxy)
    assert.deepEqual(renamed.name, [{ text: 'Eve van Holt', family: 'Holt', given: ['Eve', 'van'] }])
    assert.equal(renamed.meta?.versionId, '2')
    assert.ok(String(renamed.meta?.lastUpdated) > String(first.meta?.lastUpdated))
    app.clock.forward(60)
    await changeAddress(proxy.accountId, 'eve.holt@example.com')
    const moved = await read(proxy)
    assert.deepEqual(moved.telecom, [{ system: 'email', value: 'eve.holt@example.com' }])
    assert.equal(moved.meta?.versionId, '3')
    assert.ok(String(moved.meta?.lastUpdated) > String(renamed.meta?.lastUpdated))
    const old = { type: 'RelatedPerson', id: proxy.relatedPersonId ?? '', versionId: 1 }
    assert.deepEqual(JSON.parse((await app.modules.records.readVersion(within, old)) ?? ''), first)
  })

  test('is not active once the link has ended, and learns nothing of the account afterwards', async () => {
    const proxy = await aProxy('fay@example.com')
    await app.modules.practices.endAssociation(clinic.practice.id, proxy.id)
    await app.modules.accounts.changeDisplayName(proxy.accountId, 'Fay Newname')
    await app.modules.practices.sweep()
    const { active, name, meta } = await read(proxy)
    assert.deepEqual([active, name?.[0]?.text, meta?.versionId], [false, 'Eve Moreau', '2'])
  })

  test('keeps what the practice has written into it', async () => {
    const proxy = await aProxy('gil@example.com')
    const known = await read(proxy)
    const phone = { system: 'phone', value: '+1 555 010 0199' } as const
    const weight = {
      url: 'https://clinic.example/weight',
      valueDecimal: 1.5,
    }
    await write({
      ...known,
      telecom: [phone, { ...known.telecom?.[0], use: 'home' }],
      extension: [weight],
      birthDate: '1980-05-06',
    })
    await changeAddress(proxy.accountId, 'gil.new@example.com')
    const { telecom, extension, birthDate } = await read(proxy)
    const mail = { system: 'email', value: 'gil.new@example.com', use: 'home' }
    assert.deepEqual([telecom, extension, birthDate], [[phone, mail], [weight], '1980-05-06'])
  })

  test('is left alone where the practice chose a record of its own', async () => {
    await write({
      resourceType: 'RelatedPerson',
      id: 'hal',
      patient: { reference: 'Patient/ben' },
      active: true,
    })
    const proxy = await aProxy('hal@example.com', 'hal')
    await app.modules.accounts.changeDisplayName(proxy.accountId, 'Hal Newname')
    await app.modules.practices.endAssociation(clinic.practice.id, proxy.id)
    await app.modules.practices.sweep()
    const { meta, active, name } = await read(proxy)
    assert.deepEqual([meta?.versionId, active, name], ['1', true, undefined])
  })

  test('stays deleted when the practice has deleted it', async () => {
    const proxy = await aProxy('ida@example.com')
    const id = proxy.relatedPersonId ?? ''
    await app.modules.records.transact(clinic.practice.id, (each) => each.remove('RelatedPerson', id))
    await app.modules.accounts.changeDisplayName(proxy.accountId, 'Ida Newname')
    await app.modules.practices.sweep()
    assert.equal(await app.modules.records.read(within, 'RelatedPerson', id), undefined)
  })

  test('is made up for by sweeping, and what is up to date gets no new version', async () => {
    const proxies = [await aProxy('jan@example.com'), await aProxy('kay@example.com')]
    const [late, ended] = proxies.map(({ id, accountId }) => ({ id, accountId }))
    const { db } = app.store
    // As after a crash between the change and its record, or from before records followed.
    await db
      .updateTable('account')
      .set({ display_name: 'Jan Late' })
      .where('id', '=', late?.accountId ?? '')
      .execute()
    await db
      .updateTable('association')
      .set({ ended_at: 1 })
      .where('id', '=', ended?.id ?? '')
      .execute()
    for (const _twice of [1, 2]) await app.modules.sweep()
    const [renamed, inactive] = await Promise.all(proxies.map(read))
    assert.deepEqual(
      [renamed?.name?.[0]?.text, renamed?.active, renamed?.meta?.versionId],
      ['Jan Late', true, '2'],
    )
    assert.deepEqual([inactive?.active, inactive?.meta?.versionId], [false, '2'])
  })
})
