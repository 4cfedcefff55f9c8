import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Encounter, Patient, RelatedPerson } from 'fhir/r4'
import { reusedReason } from '#server/grants/grants.ts'
import { summarizePatients } from '#server/portal-api/patient-summary.ts'
import { acceptInvitation } from '#server/practices/invitations/accept-invitation.ts'
import { systemRandom } from '#server/secrets.ts'
import { aKey, aKeyApplication } from '../authorization/clients/client-keys.ts'
import { aClinic, anAccount, anApplication, aPatient } from '../support/people.ts'
import { startApp } from '../support/start-app.ts'
import { openPortal } from './open-portal.ts'

test('staff end the access of staff, a provider that of everybody but themselves', async () => {
  await using app = await startApp()
  const { practice, provider } = await aClinic(app, 'Birch Clinic')
  async function joins(email: string, role: 'provider' | 'staff') {
    const account = await anAccount(app, email, email)
    const { id } = await app.modules.practices.associate({
      accountId: account.id,
      practiceId: practice.id,
      role,
    })
    return { email, path: `/practices/${practice.id}/associations/${id}` }
  }
  const partner = await joins('partner@example.com', 'provider')
  const nurse = await joins('nurse@example.com', 'staff')
  const clerk = await joins('clerk@example.com', 'staff')

  const desk = await openPortal(app, clerk.email)
  const refused = await desk.call('DELETE', partner.path)
  assert.equal(refused.body.code, 'not-allowed')
  assert.match(String(refused.body.detail ?? refused.body.title), /Only a provider/)
  assert.equal((await desk.call('DELETE', clerk.path)).body.code, 'not-allowed')
  assert.equal((await desk.call('DELETE', nurse.path)).status, 204)

  const first = await openPortal(app, provider.email)
  assert.equal((await first.call('DELETE', partner.path)).status, 204)
  assert.equal((await first.call('DELETE', clerk.path)).status, 204)
  const { people: left } = await app.modules.practices.listPeople(practice.id)
  assert.deepEqual(
    left.map(({ email }) => email),
    [provider.email],
  )
})

test('people and open invitations come in pages, each once, and what they name is not cut', async () => {
  await using app = await startApp()
  const clinic = await aClinic(app, 'Fir Clinic')
  const { practice } = clinic
  const patients = Array.from({ length: 130 }, (_, at) => `p${String(at).padStart(3, '0')}`)
  await app.modules.records.write(
    patients.map((id) => ({
      practiceId: practice.id,
      resource: {
        resourceType: 'Patient',
        id,
        birthDate: '1988-04-02',
        name: [{ family: 'Rivera', given: [id] }],
      } satisfies Patient,
    })),
  )
  const helper = await anAccount(app, 'helper@example.com', 'Helper')
  for (const patientId of patients.slice(0, 120))
    await app.modules.practices.associate({
      accountId: helper.id,
      practiceId: practice.id,
      role: 'proxy',
      patientId,
      relationship: 'guardian',
    })
  for (const patientId of patients.slice(0, 60))
    await app.modules.practices.invite({
      practiceId: practice.id,
      patientId,
      email: `${patientId}@example.com`,
      role: 'patient',
      relationship: 'self',
      invitedBy: clinic.provider.id,
    })
  const desk = await openPortal(app, clinic.provider.email)
  async function readPages(part: 'people' | 'invitations') {
    const sizes: number[] = []
    const entries: Array<{ patient: { id: string } | null; email: string }> = []
    let cursor = ''
    do {
      const { status, body } = await desk.call('GET', `/practices/${practice.id}/${part}${cursor}`)
      assert.equal(status, 200, JSON.stringify(body))
      sizes.push(body[part].length)
      entries.push(...body[part])
      cursor = body.next === null ? '' : `?cursor=${body.next}`
    } while (cursor !== '')
    return { sizes, entries }
  }
  const people = await readPages('people')
  assert.deepEqual(people.sizes, [50, 50, 21])
  assert.deepEqual(people.entries.map(({ patient }) => patient?.id ?? 'provider').toSorted(), [
    ...patients.slice(0, 120),
    'provider',
  ])
  const invitations = await readPages('invitations')
  assert.deepEqual(invitations.sizes, [50, 10])
  assert.deepEqual(
    new Set(invitations.entries.map(({ patient }) => patient?.id)),
    new Set(patients.slice(0, 60)),
  )
  const [page, wrong] = await Promise.all(
    ['asn_unknown', 'not/an/id'].map((cursor) =>
      desk.call('GET', `/practices/${practice.id}/people?cursor=${encodeURIComponent(cursor)}`),
    ),
  )
  assert.deepEqual([page?.body.people.length, wrong?.status], [50, 400])

  // A person sees all patients in care, however many they are.
  const { body } = await (await openPortal(app, 'helper@example.com')).call('GET', '/me')
  assert.equal(body.associations.filter(({ patient }: { patient: unknown }) => patient).length, 120)
  const reader = await app.modules.access.openForAccount({ accountId: helper.id, isTwoStep: false })
  const asked: number[] = []
  const counting = {
    ...reader,
    list: (query: Parameters<typeof reader.list>[0]) => {
      asked.push(query.ids?.length ?? 0)
      return reader.list(query)
    },
  }
  const unknown = Array.from({ length: 500 }, (_, at) => `unknown-${at}`)
  const found = await summarizePatients(counting, [...unknown, ...patients.slice(0, 120)])
  assert.deepEqual([found.size, asked], [120, [500, 120]])
})

test('an invitation is accepted as a whole or not at all, and by one of those who come at once', async () => {
  await using app = await startApp()
  const clinic = await aClinic(app, 'Ash Clinic')
  await aPatient(app, clinic, 'ana')
  const { practices, records, outbox } = app.modules
  async function invites(email: string) {
    await practices.invite({
      practiceId: clinic.practice.id,
      patientId: 'ana',
      email,
      role: 'proxy',
      relationship: 'mother',
      invitedBy: clinic.provider.id,
    })
    return /token=(\S+)/.exec((await outbox?.list())?.[0]?.text ?? '')?.[1] ?? ''
  }
  const countRelated = async () =>
    (
      await records.list(
        { patientIds: ['ana'], practiceIds: [] },
        { type: 'RelatedPerson', patientId: 'ana', pageSize: 10 },
      )
    ).count
  const birthDate = '1988-04-02'

  const mia = await anAccount(app, 'mia@example.com', 'Mia')
  const token = await invites('mia@example.com')
  const failing = {
    ...records,
    inTransaction: (trx: Parameters<typeof records.inTransaction>[0]) => {
      const within = records.inTransaction(trx)
      return {
        ...within,
        write: async (...batch: Parameters<typeof within.write>) => {
          await within.write(...batch)
          throw new Error('the process was stopped here')
        },
      }
    },
  }
  const parts = { db: app.store.db, clock: app.clock, random: systemRandom, records: failing }
  await assert.rejects(acceptInvitation(parts, { token, account: mia, birthDate }), /stopped here/)
  assert.deepEqual(await practices.listAssociations(mia.id), [])
  assert.equal(await countRelated(), 0)
  assert.ok(await practices.findInvitation(token), 'the invitation is still open')

  const twice = await Promise.allSettled(
    [1, 2, 3].map(() => practices.acceptInvitation(token, mia, birthDate)),
  )
  assert.deepEqual(twice.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected'])
  assert.equal((await practices.listAssociations(mia.id)).length, 1)
  assert.equal(await countRelated(), 1)

  const shared = await invites('zoe@example.com')
  const strangers = await Promise.all(
    ['one', 'two'].map((name) => anAccount(app, `${name}@example.com`, name)),
  )
  const claims = await Promise.allSettled(
    strangers.map((account) => practices.acceptInvitation(shared, account, birthDate)),
  )
  assert.deepEqual(claims.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  const waiting = await Promise.all(strangers.map(({ id }) => practices.listWaitingInvitations(id)))
  assert.equal(waiting.flatMap(({ invitations }) => invitations).length, 1)
  const [{ id } = { id: '' }] = (await practices.listInvitations(clinic.practice.id)).invitations
  const confirmed = await Promise.allSettled([1, 2].map(() => practices.confirmClaim(clinic.practice.id, id)))
  assert.deepEqual(confirmed.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

test('a list that is cut says so, and a menu of apps goes on', async () => {
  await using app = await startApp()
  const clinic = await aClinic(app, 'Yew Clinic')
  const { practice, provider } = clinic
  const { db } = app.store
  const now = app.clock.now().getTime()
  await aPatient(app, clinic, 'ana')
  const subject = { reference: 'Patient/ana' }
  const related = Array.from(
    { length: 101 },
    (_, at): RelatedPerson => ({
      resourceType: 'RelatedPerson',
      id: `rel-${at}`,
      patient: subject,
      name: [{ family: `Near ${at}` }],
    }),
  )
  const visits = Array.from(
    { length: 11 },
    (_, at): Encounter => ({
      resourceType: 'Encounter',
      id: `visit-${at}`,
      status: 'finished',
      class: { code: 'AMB' },
      subject,
      period: { start: `2025-01-${String(at + 1).padStart(2, '0')}` },
    }),
  )
  await app.modules.records.write(
    [...related, ...visits].map((resource) => ({ practiceId: practice.id, resource })),
  )
  const desk = await openPortal(app, provider.email)

  const near = await desk.call('GET', `/practices/${practice.id}/patients/ana/related-people`)
  assert.deepEqual([near.body.relatedPeople.length, near.body.hasMore], [100, true])

  const application = await anApplication(app, clinic, { launchUri: 'https://app.example.com/launch' })
  const row = await db
    .selectFrom('application')
    .selectAll()
    .where('id', '=', application.id)
    .executeTakeFirstOrThrow()
  const others = Array.from({ length: 101 }, (_, at) => ({
    ...row,
    id: `app_menu_${at}`,
    name: `Menu ${at}`,
  }))
  await db.insertInto('application').values(others).execute()
  const [association] = await app.modules.practices.listAssociations(provider.id)
  const choices = `/launches/choices?association=${association?.id}&patient=ana`
  const first = (await desk.call('GET', choices)).body
  assert.deepEqual(
    [first.applications.length, first.encounters.length, first.hasMoreEncounters],
    [100, 10, true],
  )
  assert.equal(first.encounters[0].id, 'visit-10')
  const rest = (await desk.call('GET', `${choices}&cursor=${first.next}`)).body
  assert.deepEqual([rest.applications.length, rest.next], [2, null])
  const names = [...first.applications, ...rest.applications].map(({ id }) => id)
  assert.equal(new Set(names).size, 102)
  const last = rest.applications[1].id
  const form = { associationId: association?.id, patientId: 'ana', applicationId: last }
  assert.equal((await desk.call('POST', '/launches', form)).status, 201, 'an app of the second page opens')

  const grants = Array.from({ length: 21 }, (_, at) => ({
    id: `gr_reused_${at}`,
    account_id: provider.id,
    application_id: application.id,
    scopes: 'patient/*.rs',
    created_at: now,
    expires_at: null,
    ended_at: now - at,
    end_reason: reusedReason,
    last_used_at: null,
    practice_id: null,
  }))
  await db.insertInto('grant').values(grants).execute()
  const ended = (await desk.call('GET', '/connected-apps')).body
  assert.deepEqual([ended.endedByReuse.length, ended.hasMoreEndedByReuse], [20, true])

  const invitations = Array.from({ length: 21 }, (_, at) => ({
    id: `inv_waits_${at}`,
    token_hash: `hash ${at}`,
    practice_id: practice.id,
    patient_id: 'ana',
    email: 'shared@example.com',
    role: 'proxy' as const,
    relationship: 'friend',
    invited_by: provider.id,
    related_person_id: null,
    created_at: now,
    expires_at: now + 1000_000,
    failed_attempts: 0,
    accepted_at: null,
    claimed_by: provider.id,
    claimed_at: now,
  }))
  await db.insertInto('invitation').values(invitations).execute()
  const me = (await desk.call('GET', '/me')).body
  assert.deepEqual([me.waitingInvitations.length, me.hasMoreWaitingInvitations], [20, true])

  const patients = Array.from({ length: 12 }, (_, at) => `same-${at}`)
  await db
    .insertInto('invitation')
    .values(
      patients.map((patientId) => ({
        ...(invitations[0] ?? assert.fail()),
        id: `inv_${patientId}`,
        token_hash: patientId,
        patient_id: patientId,
        email: 'many@example.com',
        role: 'patient' as const,
        claimed_by: null,
        claimed_at: null,
      })),
    )
    .execute()
  const warned = await desk.call('POST', `/practices/${practice.id}/invitations`, {
    patientId: 'ana',
    email: 'many@example.com',
    role: 'patient',
    relationship: 'self',
  })
  assert.equal(warned.status, 409)
  assert.match(warned.body.detail, /another patient and others, too/)
})

test('changes of approved services come in pages, and the developer sees that more practices are waited for', async () => {
  await using app = await startApp()
  const clinic = await aClinic(app, 'Ivy Clinic')
  const { db } = app.store
  const now = app.clock.now().getTime()
  const service = await aKeyApplication(app, clinic, await aKey('ES384'), {
    redirectUris: [],
    scopes: ['system/*.rs'],
  })
  const row = await db
    .selectFrom('application')
    .selectAll()
    .where('id', '=', service.id)
    .executeTakeFirstOrThrow()
  const services = Array.from({ length: 53 }, (_, at) => ({ ...row, id: `app_change_${at}` }))
  await db.insertInto('application').values(services).execute()
  const practices = Array.from({ length: 20 }, (_, at) => ({
    id: `prac_waits_${at}`,
    name: `Practice ${at}`,
    kind: 'practice' as const,
    organization_id: `org-${at}`,
    created_at: now,
    requires_second_step: 0,
  }))
  await db.insertInto('practice').values(practices).execute()
  const approve = (applicationId: string, practiceId: string) => ({
    id: `gr_${applicationId}_${practiceId}`,
    account_id: clinic.provider.id,
    application_id: applicationId,
    scopes: 'system/*.rs',
    created_at: now,
    expires_at: null,
    ended_at: null,
    end_reason: null,
    last_used_at: null,
    practice_id: practiceId,
  })
  const own = services.map(({ id }) => approve(id, clinic.practice.id))
  const elsewhere = practices.map(({ id }) => approve('app_change_0', id))
  await db
    .insertInto('grant')
    .values([...own, ...elsewhere])
    .execute()
  await db
    .insertInto('application_change')
    .values(
      services.map(({ id }, at) => ({
        application_id: id,
        id: `chg_${at}`,
        columns: JSON.stringify({ name: `New name ${at}` }),
        requested_at: now,
      })),
    )
    .execute()
  const desk = await openPortal(app, clinic.provider.email)
  const path = `/practices/${clinic.practice.id}`
  const first = (await desk.call('GET', `${path}/approvals`)).body
  assert.deepEqual([first.changes.length, first.approvals.length], [50, 50])
  const rest = (await desk.call('GET', `${path}/approvals?${new URLSearchParams(first.next)}`)).body
  assert.deepEqual([rest.changes.length, rest.approvals.length, rest.next], [3, 3, null])
  const seen = [...first.changes, ...rest.changes].map(({ id }) => id)
  assert.equal(new Set(seen).size, 53)
  const { change } = (await desk.call('GET', '/applications/app_change_0/approvals')).body
  assert.deepEqual([change.waitsFor.length, change.waitsForMore], [20, true])
  const last = seen.at(-1)
  assert.equal((await desk.call('POST', `${path}/approval-changes/${last}`, {})).status, 204)
  assert.equal((await desk.call('POST', `${path}/approval-changes/${last}`, {})).status, 404, 'it is applied')
})
