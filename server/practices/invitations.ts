import type { Selectable } from 'kysely'
import type { Mail, MailCounts, Mailer, MailQueue, MailState, SandboxOutbox } from '#server/mail/mail.ts'
import type { Records } from '#server/records/records.ts'
import { checkAddress } from '../addresses.ts'
import { assertRoom } from '../assert-room.ts'
import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { hashSecret, newId, newSecret, type Random } from '../secrets.ts'
import type { InvitationTable, PracticeTable } from '../store/schema/practices.ts'
import type { Db } from '../store/store.ts'
import { inTransaction } from '../store/transaction.ts'
import type { Invitation } from './invitation.ts'
import { claim, findClaims, type InvitationClaim, takeUpClaim } from './invitation-claims.ts'
import { type OwnRecords, twoPeople, youAreSomebodyElse } from './own-record.ts'
import type { Association } from './practice.ts'
import { type PracticeColumns, practiceColumns, toPractice } from './practice-row.ts'
import type { Practices } from './practices-interface.ts'

const lifetimeMs = 14 * 24 * 3600 * 1000

/** After so many wrong dates of birth an invitation ends: 1 in 36,525 guesses is right for a person of 0 to 100 years. */
const maximumFailures = 5

interface InvitationsDeps {
  db: Db
  clock: Clock
  random: Random
  mailer: Mailer
  mailCounts: Pick<MailCounts, 'countInvitation'>
  /** Undefined where no mail leaves the server. */
  mailQueue: Pick<MailQueue, 'findStates' | 'forget'> | undefined
  /** Undefined where no mail leaves the server anyway. */
  sandboxOutbox: Pick<SandboxOutbox, 'keep'> | undefined
  portalUrl: string
  limits: Limits
  records: Pick<Records, 'read'>
  associate: Practices['associate']
  ownRecords: Pick<OwnRecords, 'wouldBeTwo'>
}

type Invitations = Pick<
  Practices,
  | 'invite'
  | 'listInvitations'
  | 'endInvitation'
  | 'findInvitation'
  | 'confirmInvitation'
  | 'acceptInvitation'
  | 'confirmClaim'
  | 'listWaitingInvitations'
>

export function createInvitations(deps: InvitationsDeps): Invitations {
  const { db, clock, random, mailer, mailCounts, sandboxOutbox, portalUrl, records, associate, ownRecords } =
    deps
  const now = () => clock.now().getTime()

  function openInvitations() {
    return db
      .selectFrom('invitation')
      .innerJoin('practice', 'practice.id', 'invitation.practice_id')
      .selectAll('invitation')
      .select(practiceColumns)
      .where('invitation.accepted_at', 'is', null)
      .where('invitation.expires_at', '>', now())
      .where('invitation.failed_attempts', '<', maximumFailures)
  }

  async function findInvitation(token: string): Promise<Invitation | undefined> {
    // uses the unique index on token_hash
    const row = await openInvitations()
      .where('invitation.token_hash', '=', hashSecret(token))
      .where('invitation.claimed_by', 'is', null)
      .executeTakeFirst()
    return row && toInvitation(row)
  }

  /** Counts the try before it compares, so that parallel guesses count too; a right date gives the try back. */
  async function confirmInvitation(token: string, birthDate: string): Promise<Invitation> {
    const invitation = await findInvitation(token)
    const counted = await db
      .updateTable('invitation')
      .set((eb) => ({ failed_attempts: eb('failed_attempts', '+', 1) }))
      .where('token_hash', '=', hashSecret(token))
      .where('failed_attempts', '<', maximumFailures)
      .returning('id')
      .executeTakeFirst()
    if (!invitation || !counted) throw invitationEnded()
    if (birthDate === '' || birthDate !== (await readBirthDate(invitation)))
      throw new OnpatientError(
        'birth-date-mismatch',
        'The date of birth does not match this invitation. Check it and try again; after a few tries the invitation ends.',
        { field: 'birthDate' },
      )
    await db
      .updateTable('invitation')
      .set((eb) => ({ failed_attempts: eb('failed_attempts', '-', 1) }))
      .where('id', '=', invitation.id)
      .execute()
    return invitation
  }

  async function readBirthDate({
    patientId,
    practice,
  }: {
    patientId: string
    practice: { id: string }
  }): Promise<string | undefined> {
    const content = await records.read({ patientIds: [], practiceIds: [practice.id] }, 'Patient', patientId)
    return content === undefined ? undefined : (JSON.parse(content) as { birthDate?: string }).birthDate
  }

  async function isRelatedTo(patientId: string, relatedPersonId: string | undefined): Promise<boolean> {
    if (relatedPersonId === undefined) return false
    const transaction = { patientIds: [patientId], practiceIds: [] }
    return (await records.read(transaction, 'RelatedPerson', relatedPersonId)) !== undefined
  }

  /** Confined to the patient: the record of somebody else's family must not become the invited person's. */
  async function chosenRelatedPerson(form: Parameters<Practices['invite']>[0]): Promise<string | null> {
    if (form.role === 'patient' || form.relatedPersonId === undefined) return null
    if (await isRelatedTo(form.patientId, form.relatedPersonId)) return form.relatedPersonId
    throw new OnpatientError('invalid-parameter', 'This patient has no such related person.', {
      field: 'relatedPersonId',
    })
  }

  function toMail({ id, email }: InvitationTable, { name }: Selectable<PracticeTable>, link: string): Mail {
    return {
      to: email,
      // Nothing that somebody typed: it would go out in our name.
      subject: 'An invitation to see a health record',
      text: invitationText(nameInMail(name), link),
      isStoppable: true,
      usefulForMs: lifetimeMs,
      about: id,
    }
  }

  /** Invitation and mail together: one without the other is none. */
  async function insertWithinLimit(
    row: InvitationTable,
    { id, kind }: Selectable<PracticeTable>,
    { mail, isKept }: { mail: Mail; isKept: boolean },
  ): Promise<void> {
    await inTransaction(db, async (trx) => {
      // uses invitation_practice
      const { count } = await trx
        .selectFrom('invitation')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('practice_id', '=', id)
        .where('accepted_at', 'is', null)
        .where('expires_at', '>', now())
        .executeTakeFirstOrThrow()
      assertRoom(deps.limits, kind === 'sandbox' ? 'openSandboxInvitations' : 'openInvitations', {
        owned: Number(count),
        advice: 'End some that are no longer wanted.',
      })
      await trx.insertInto('invitation').values(row).execute()
      if (isKept) await sandboxOutbox?.keep(id, mail, trx)
      else await mailer.send(mail, trx)
    })
  }

  /** A sandbox writes to the proven address of the account that it belongs to, and to no one else. */
  async function isOutsideSandbox({ id, kind }: Selectable<PracticeTable>, email: string): Promise<boolean> {
    if (kind !== 'sandbox') return false
    // uses association_practice
    const owner = await db
      .selectFrom('association')
      .innerJoin('account', 'account.id', 'association.account_id')
      .select('account.id')
      .where('association.practice_id', '=', id)
      .where('association.role', '=', 'provider')
      .where('association.ended_at', 'is', null)
      .where('account.email', '=', email)
      .executeTakeFirst()
    return owner === undefined
  }

  async function isAssociated(accountId: string, { patientId, role }: Invitation): Promise<boolean> {
    const row = await db
      .selectFrom('association')
      .select('id')
      .where('account_id', '=', accountId)
      .where('patient_id', '=', patientId)
      .where('role', '=', role)
      .where('ended_at', 'is', null)
      .executeTakeFirst()
    return row !== undefined
  }

  async function openRecord(
    {
      practice,
      patientId,
      role,
      relationship,
      relatedPersonId,
    }: Pick<Invitation, 'patientId' | 'role' | 'relationship' | 'relatedPersonId'> & {
      practice: { id: string }
    },
    accountId: string,
  ): Promise<Association> {
    return associate({
      accountId,
      practiceId: practice.id,
      patientId,
      role,
      relationship,
      // It may have been deleted since; then the account gets a record of its own.
      relatedPersonId: (await isRelatedTo(patientId, relatedPersonId)) ? relatedPersonId : undefined,
    })
  }

  /** An invitation that opened nothing in the end was not accepted. */
  async function openOrGiveBack(
    invitation: Parameters<typeof openRecord>[0] & { id: string },
    accountId: string,
  ): Promise<Association> {
    try {
      return await openRecord(invitation, accountId)
    } catch (error) {
      await db.updateTable('invitation').set({ accepted_at: null }).where('id', '=', invitation.id).execute()
      throw error
    }
  }

  /** Before the claim is taken up, so that it goes on waiting when it cannot be. */
  async function assertOnePerson(practiceId: string, invitationId: string): Promise<void> {
    // uses the primary key
    const row = await db
      .selectFrom('invitation')
      .select(['role', 'patient_id', 'claimed_by'])
      .where('id', '=', invitationId)
      .where('practice_id', '=', practiceId)
      .executeTakeFirst()
    if (row?.role !== 'patient' || row.claimed_by === null) return
    const record = { accountId: row.claimed_by, practice: { id: practiceId }, patientId: row.patient_id }
    if (await ownRecords.wouldBeTwo(record)) throw twoPeople()
  }

  return {
    findInvitation,
    confirmInvitation,
    async invite(form) {
      const email = checkAddress(form.email, 'email')
      const practice = await getKeepingPractice(db, form.practiceId, form.patientId)
      const birthDate = await readBirthDate({ patientId: form.patientId, practice: { id: form.practiceId } })
      if (!/^\d{4}-\d{2}-\d{2}$/.test(birthDate ?? ''))
        throw new OnpatientError(
          'invalid-parameter',
          'This record has no full date of birth, which the invited person has to confirm. Add it to the record, then invite.',
          { field: 'patientId' },
        )
      const token = newSecret('lnk', random)
      const row: InvitationTable = {
        id: newId('inv', random),
        token_hash: hashSecret(token),
        practice_id: form.practiceId,
        patient_id: form.patientId,
        email,
        role: form.role,
        relationship: form.role === 'patient' ? 'self' : form.relationship.trim().slice(0, 60) || 'caregiver',
        related_person_id: await chosenRelatedPerson(form),
        invited_by: form.invitedBy,
        created_at: now(),
        expires_at: now() + lifetimeMs,
        failed_attempts: 0,
        accepted_at: null,
        claimed_by: null,
        claimed_at: null,
      }
      const mail = toMail(row, practice, `${portalUrl}/invitation?token=${token}`)
      const isKept = sandboxOutbox !== undefined && (await isOutsideSandbox(practice, email))
      if (!isKept) await mailCounts.countInvitation(practice.id, email)
      await insertWithinLimit(row, practice, { mail, isKept })
      // The row last: the practice has an id and a time of its own.
      return { ...toInvitation({ ...practice, ...row }), isInOutbox: isKept }
    },
    async listInvitations(practiceId) {
      // uses invitation_practice
      const rows = await openInvitations()
        .where('invitation.practice_id', '=', practiceId)
        .orderBy('invitation.created_at', 'desc')
        .execute()
      const claims = await findClaims(db, rows)
      const mails = await deps.mailQueue?.findStates(rows.map(({ id }) => id))
      return rows.map((row) => toInvitation(row, claims.get(row.id), mails?.get(row.id)))
    },
    async endInvitation(practiceId, invitationId) {
      const ended = await db
        .updateTable('invitation')
        .set({ expires_at: now() })
        .where('id', '=', invitationId)
        .where('practice_id', '=', practiceId)
        .where('accepted_at', 'is', null)
        .returning('id')
        .executeTakeFirst()
      if (!ended) throw new OnpatientError('not-found', 'There is no such open invitation of this practice.')
      await deps.mailQueue?.forget(invitationId)
    },
    async acceptInvitation(token, account, birthDate) {
      const invitation = await confirmInvitation(token, birthDate)
      if (await isAssociated(account.id, invitation))
        throw new OnpatientError('already-exists', 'Your account already has access to this record.')
      if (
        invitation.role === 'patient' &&
        (await ownRecords.wouldBeTwo({ ...invitation, accountId: account.id }))
      )
        throw youAreSomebodyElse()
      if (account.email !== invitation.email) {
        const times = { now: now(), until: now() + lifetimeMs }
        if (await claim(db, { invitationId: invitation.id, accountId: account.id }, times)) return undefined
        throw invitationEnded()
      }
      const accepted = await db
        .updateTable('invitation')
        .set({ accepted_at: now() })
        .where('id', '=', invitation.id)
        .where('accepted_at', 'is', null)
        .where('claimed_by', 'is', null)
        .where('expires_at', '>', now())
        .returning('id')
        .executeTakeFirst()
      if (!accepted) throw invitationEnded()
      return openOrGiveBack(invitation, account.id)
    },
    async confirmClaim(practiceId, invitationId) {
      await assertOnePerson(practiceId, invitationId)
      const row = await takeUpClaim(db, { practiceId, invitationId }, now())
      return openOrGiveBack(
        {
          id: invitationId,
          practice: { id: practiceId },
          patientId: row.patient_id,
          role: row.role,
          relationship: row.relationship,
          relatedPersonId: row.related_person_id ?? undefined,
        },
        row.claimed_by,
      )
    },
    async listWaitingInvitations(accountId) {
      // uses invitation_claimed
      const rows = await openInvitations()
        .where('invitation.claimed_by', '=', accountId)
        .orderBy('invitation.claimed_at')
        .execute()
      return rows.map((row) => ({
        practice: toInvitation(row).practice,
        claimedAt: new Date(row.claimed_at ?? 0),
      }))
    },
  }
}

async function getKeepingPractice(
  db: Db,
  practiceId: string,
  patientId: string,
): Promise<Selectable<PracticeTable>> {
  const practice = await db
    .selectFrom('practice')
    .innerJoin('practice_patient', 'practice_patient.practice_id', 'practice.id')
    .selectAll('practice')
    .where('practice.id', '=', practiceId)
    .where('practice_patient.patient_id', '=', patientId)
    .executeTakeFirst()
  if (practice) return practice
  throw new OnpatientError('not-found', 'This practice keeps no patient with this id.', {
    field: 'patientId',
  })
}

function invitationEnded(): OnpatientError {
  return new OnpatientError(
    'link-invalid',
    'This invitation is no longer valid. Ask the practice for a new one.',
  )
}

/** A name that mail programs would show as a link could lead people anywhere: it is left out. */
function nameInMail(name: string): string {
  return /\w[.:@/]\w|:\/\/|\bwww\b/i.test(name) ? 'A practice' : name
}

/** Names the practice and never the patient: mails are read by others, too. */
function invitationText(practiceName: string, link: string): string {
  return `Hello,

${practiceName} invites you to see a health record that it keeps, with onpatient.

Open this link to accept. You will be asked for the patient's date of birth:
${link}

The link works for 14 days. If you did not expect this mail, ignore it: nobody gets access without the date of birth.
`
}

type InvitationRow = InvitationTable & PracticeColumns

function toInvitation(row: InvitationRow, waiting?: InvitationClaim, mail?: MailState): Invitation {
  return {
    id: row.id,
    practice: toPractice({ ...row, id: row.practice_id }),
    patientId: row.patient_id,
    email: row.email,
    role: row.role,
    relationship: row.relationship,
    relatedPersonId: row.related_person_id ?? undefined,
    createdAt: new Date(row.created_at),
    expiresAt: new Date(row.expires_at),
    claim: waiting,
    mail: mail ?? 'sent',
  }
}
