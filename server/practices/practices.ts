import { randomUUID } from 'node:crypto'
import type { Resource } from 'fhir/r4'
import type { MailCounts, Mailer, MailQueue, SandboxOutbox } from '#server/mail/mail.ts'
import type { Records } from '#server/records/records.ts'
import { checkAddress } from '../addresses.ts'
import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { newId, type Random } from '../secrets.ts'
import type { Db } from '../store/store.ts'
import { isDuplicate } from '../store/transaction.ts'
import { createInvitations } from './invitations.ts'
import { describeLeaving, leaveAll } from './leaving.ts'
import { createOwnRecords, twoPeople } from './own-record.ts'
import type { Association, Practice, ReachingSignIn, Role } from './practice.ts'
import { createPracticeBrands } from './practice-brands.ts'
import { organizationOf, practitionerOf } from './practice-records.ts'
import { practiceColumns, toAssociation, toPractice } from './practice-row.ts'
import type { Practices } from './practices-interface.ts'
import { createRelatedPeople } from './related-people.ts'

export type { BrandForm } from './brand-form.ts'

export type { Invitation } from './invitation.ts'
export type { Association, Practice, ReachingSignIn, Role } from './practice.ts'
export type { Practices } from './practices-interface.ts'

/** Whether an association reaches the whole panel of its practice, as the work there does; others reach one patient. */
export function reachesPanel({ role }: { role: Role | null }): boolean {
  return role === 'provider' || role === 'staff'
}

/** Synthetic people for a sandbox, as the demo generator makes them. */
export interface SyntheticPractice {
  organization: Resource
  shared: Resource[]
  families(): Iterable<{ members: Array<{ patient: Resource; records: Resource[] }> }>
  knownPeople(): { adultId: string }
}

export interface PracticesDeps {
  db: Db
  clock: Clock
  random: Random
  mailer: Mailer
  mailCounts: Pick<MailCounts, 'countInvitation'>
  /** Undefined where no mail leaves the server anyway. */
  sandboxOutbox?: Pick<SandboxOutbox, 'keep'> | undefined
  /** Undefined where no mail leaves the server anyway. */
  mailQueue?: Pick<MailQueue, 'findStates' | 'forget'> | undefined
  limits: Limits
  portalUrl: string
  records: Pick<Records, 'read' | 'list' | 'write' | 'transact'>
  synthesize(seed: number, patients: number): SyntheticPractice
  /** After an association or what its people gave has ended: what tokens opened is forgotten. */
  onAccessEnded?(): void
  /** Ends what its providers and staff allowed applications before, within the transaction that turns the second step on. */
  onSecondStepRequired?(tx: Db, practiceId: string): Promise<void>
}

type AssociationForm = Parameters<Practices['associate']>[0]

const sandboxPatients = 10

export function createPractices(deps: PracticesDeps): Practices {
  const { db, clock, random, records, synthesize } = deps
  const now = () => clock.now().getTime()
  const relatedPeople = createRelatedPeople({ db, records })
  const ownRecords = createOwnRecords({ db, clock, records })

  async function insertPractice(
    name: string,
    kind: Practice['kind'],
    organizationId: string,
  ): Promise<Practice> {
    const row = {
      id: newId('prac', random),
      name: checkName(name),
      kind,
      organization_id: organizationId,
      created_at: now(),
      requires_second_step: 0,
    }
    await db.insertInto('practice').values(row).execute()
    return toPractice(row)
  }

  const create: Practices['create'] = async ({ name, kind, organizationId }) => {
    const practice = await insertPractice(name, kind, organizationId ?? randomUUID())
    if (organizationId === undefined)
      await records.write([
        { practiceId: practice.id, resource: organizationOf(practice.organizationId, practice.name) },
      ])
    return practice
  }

  async function find(practiceId: string): Promise<Practice | undefined> {
    const row = await db.selectFrom('practice').selectAll().where('id', '=', practiceId).executeTakeFirst()
    return row && toPractice(row)
  }

  /** Associations that are open, with their practice. */
  function openAssociations() {
    return db
      .selectFrom('association')
      .innerJoin('practice', 'practice.id', 'association.practice_id')
      .selectAll('association')
      .select(practiceColumns)
      .where('association.ended_at', 'is', null)
  }

  /** Of a patient who is one there already, this one. Throws `own-record-exists`. */
  async function findOwn({
    accountId,
    practiceId,
    patientId,
  }: AssociationForm): Promise<Association | undefined> {
    // uses association_own_record
    const row = await openAssociations()
      .where('association.account_id', '=', accountId)
      .where('association.practice_id', '=', practiceId)
      .where('association.role', '=', 'patient')
      .executeTakeFirst()
    if (row && row.patient_id !== patientId) throw twoPeople()
    return row && toAssociation(row)
  }

  async function assertOnePerson({ accountId, practiceId, patientId, role }: AssociationForm): Promise<void> {
    if (role !== 'patient' || patientId === undefined) return
    if (await ownRecords.wouldBeTwo({ accountId, practice: { id: practiceId }, patientId })) throw twoPeople()
  }

  const associate: Practices['associate'] = async (form) => {
    await assertOnePerson(form)
    const id = newId('asn', random)
    const row = {
      id,
      account_id: form.accountId,
      practice_id: form.practiceId,
      role: form.role,
      patient_id: form.patientId ?? null,
      practitioner_id: form.practitionerId ?? null,
      relationship: form.relationship ?? (form.role === 'patient' ? 'self' : ''),
      // The record first: an association that names it must never lead to nothing.
      related_person_id: form.relatedPersonId ?? (await relatedPeople.write({ ...form, id })) ?? null,
      created_at: now(),
      ended_at: null,
    }
    try {
      await db.insertInto('association').values(row).execute()
    } catch (error) {
      // The account is a patient there already, or became one at the same moment: association_own_record lets one in.
      const own = isDuplicate(error) ? await findOwn(form) : undefined
      if (own) return own
      throw error
    }
    return toAssociation(
      await openAssociations().where('association.id', '=', row.id).executeTakeFirstOrThrow(),
    )
  }

  const listAssociations: Practices['listAssociations'] = async (accountId) => {
    // uses association_account
    const rows = await openAssociations()
      .where('association.account_id', '=', accountId)
      .orderBy('association.created_at')
      .orderBy('association.id')
      .execute()
    return rows.map(toAssociation)
  }

  async function addProvider(
    practice: Practice,
    account: { id: string; displayName: string },
  ): Promise<void> {
    const practitioner = practitionerOf(randomUUID(), account.displayName)
    await records.write([{ practiceId: practice.id, resource: practitioner }])
    await associate({
      accountId: account.id,
      practiceId: practice.id,
      role: 'provider',
      practitionerId: practitioner.id ?? '',
    })
  }

  return {
    ...createInvitations({
      ...deps,
      sandboxOutbox: deps.sandboxOutbox,
      mailQueue: deps.mailQueue,
      associate,
      ownRecords,
    }),
    create,
    associate,
    wouldBeTwo: ownRecords.wouldBeTwo,
    findSharing: (practiceId, patientId, email) =>
      ownRecords.findSharing(practiceId, patientId, checkAddress(email, 'email')),
    async changeToProxy(practiceId, associationId, relationship) {
      const changed = await db
        .updateTable('association')
        .set({ role: 'proxy', relationship: checkRelationship(relationship) })
        .where('id', '=', associationId)
        .where('practice_id', '=', practiceId)
        .where('role', '=', 'patient')
        .where('ended_at', 'is', null)
        .returning('id')
        .executeTakeFirst()
      if (!changed)
        throw new OnpatientError('not-found', 'There is no such patient among the people of this practice.')
      deps.onAccessEnded?.()
      const association = toAssociation(
        await openAssociations().where('association.id', '=', associationId).executeTakeFirstOrThrow(),
      )
      return { ...association, relatedPersonId: await relatedPeople.find(association) }
    },
    findRelatedPerson: relatedPeople.find,
    find,
    brands: createPracticeBrands({ db, clock, find }),
    async createForProvider(account, name) {
      const practice = await create({ name, kind: 'practice' })
      await addProvider(practice, account)
      return practice
    },
    async createSandbox(account) {
      // The seed is random, so that the ids of two sandboxes never meet.
      const people = synthesize(random.bytes(4).readUInt32BE(), sandboxPatients)
      const practice = await create({
        name: `Sandbox of ${account.displayName}`,
        kind: 'sandbox',
        organizationId: people.organization.id ?? randomUUID(),
      })
      const write = (resources: Resource[]) =>
        records.write(resources.map((resource) => ({ practiceId: practice.id, resource })))
      await write(people.shared)
      for (const family of people.families())
        await write(family.members.flatMap((person) => [person.patient, ...person.records]))
      await addProvider(practice, account)
      await associate({
        accountId: account.id,
        practiceId: practice.id,
        role: 'patient',
        patientId: people.knownPeople().adultId,
      })
      return practice
    },
    async list() {
      const rows = await db.selectFrom('practice').selectAll().orderBy('created_at').orderBy('id').execute()
      return rows.map(toPractice)
    },
    listAssociations,
    async listReachable(signIn) {
      const associations = await listAssociations(signIn.accountId)
      return associations.filter((each) => isReachedIn(signIn, each))
    },
    async listWaiting(signIn) {
      const associations = await listAssociations(signIn.accountId)
      const waiting = associations.filter((each) => !isReachedIn(signIn, each))
      return [...new Map(waiting.map(({ practice }) => [practice.id, practice])).values()]
    },
    async requireSecondStep(practiceId, isRequired) {
      await db.transaction().execute(async (tx) => {
        await tx
          .updateTable('practice')
          .set({ requires_second_step: isRequired ? 1 : 0 })
          .where('id', '=', practiceId)
          .execute()
        // After the switch: a grant from the last moment before it is there by now, and none can follow.
        if (isRequired) await deps.onSecondStepRequired?.(tx, practiceId)
      })
      deps.onAccessEnded?.()
    },
    async listPeople(practiceId) {
      // uses association_practice
      const rows = await openAssociations()
        .innerJoin('account', 'account.id', 'association.account_id')
        .select(['account.email', 'account.display_name'])
        .where('association.practice_id', '=', practiceId)
        .orderBy('association.created_at')
        .orderBy('association.id')
        .execute()
      return rows.map((row) => ({ ...toAssociation(row), email: row.email, displayName: row.display_name }))
    },
    async endAssociation(practiceId, associationId) {
      const ended = await db
        .updateTable('association')
        .set({ ended_at: now() })
        .where('id', '=', associationId)
        .where('practice_id', '=', practiceId)
        .where('ended_at', 'is', null)
        .returning('id')
        .executeTakeFirst()
      deps.onAccessEnded?.()
      if (!ended)
        throw new OnpatientError('not-found', 'There is no such person among those of this practice.')
      await relatedPeople.follow({ associationId })
    },
    describeLeaving: (accountId) => describeLeaving(db, accountId),
    leaveAll: (tx, account) => leaveAll(tx, account, clock),
    addProvider,
    followAccount: (accountId) => relatedPeople.follow({ accountId }),
    sweep: () => relatedPeople.follow({}),
    async addPatients(practiceId, patientIds) {
      if (patientIds.length === 0) return
      await db
        .insertInto('practice_patient')
        .values(patientIds.map((patientId) => ({ practice_id: practiceId, patient_id: patientId })))
        .onConflict((conflict) => conflict.columns(['practice_id', 'patient_id']).doNothing())
        .execute()
    },
    async listPracticesOf(patientId) {
      const rows = await db
        .selectFrom('practice')
        .innerJoin('practice_patient', 'practice_patient.practice_id', 'practice.id')
        .selectAll('practice')
        .where('practice_patient.patient_id', '=', patientId)
        .orderBy('practice.created_at')
        .execute()
      return rows.map(toPractice)
    },
  }
}

/** The one place that says how far a sign-in without a second step reaches. */
function isReachedIn({ isTwoStep }: ReachingSignIn, { practice, role }: Association): boolean {
  return isTwoStep || !practice.requiresSecondStep || role === 'patient' || role === 'proxy'
}

function checkName(text: string): string {
  const name = text.trim().replaceAll(/\s+/g, ' ')
  if (name === '' || name.length > 100 || /[\p{Cc}\p{Cf}\p{Co}]/u.test(name))
    throw new OnpatientError(
      'invalid-parameter',
      'Give the practice a name of 1 to 100 visible characters.',
      {
        field: 'practiceName',
      },
    )
  return name
}

/** What a proxy is to the patient, in words. */
function checkRelationship(text: string): string {
  const words = text.trim().replaceAll(/\s+/g, ' ')
  if (
    words !== '' &&
    words.length <= 60 &&
    words.toLowerCase() !== 'self' &&
    !/[\p{Cc}\p{Cf}\p{Co}]/u.test(words)
  )
    return words
  throw new OnpatientError(
    'invalid-parameter',
    'Say in a few words what this person is to the patient: wife, father, guardian, …',
    { field: 'relationship' },
  )
}

export { type Admission, createAdmission, type Opening, type SignUpRule } from './admission.ts'
export { findOwnRecord } from './own-record.ts'
