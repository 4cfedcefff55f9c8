import type { Selectable } from 'kysely'
import type { Mail } from '#server/mail/mail.ts'
import { checkAddress } from '../../addresses.ts'
import { assertRoom } from '../../assert-room.ts'
import { OnpatientError } from '../../errors.ts'
import { hashSecret, newId, newSecret } from '../../secrets.ts'
import type { InvitationTable, PracticeTable } from '../../store/schema/practices.ts'
import type { Db } from '../../store/store.ts'
import { inTransaction } from '../../store/transaction.ts'
import { readBirthDate } from '../own-record.ts'
import type { PracticesDeps } from '../practices-deps.ts'
import type { Invitation } from './invitation.ts'
import { invitationMail } from './invitation-mail.ts'
import { invitationLifetimeMs, toInvitation } from './invitation-row.ts'
import { isRelatedTo } from './open-record.ts'

export interface InvitationForm {
  practiceId: string
  patientId: string
  email: string
  role: 'patient' | 'proxy'
  relationship: string
  relatedPersonId?: string | undefined
  invitedBy: string
}

export async function invite(deps: PracticesDeps, form: InvitationForm): Promise<Invitation> {
  const { db, clock, random, sandboxOutbox } = deps
  const email = checkAddress(form.email, 'email')
  const practice = await getPracticeOf(db, form)
  await assertBirthDate(deps, form)
  const token = newSecret('lnk', random)
  const now = clock.now().getTime()
  const row: InvitationTable = {
    id: newId('inv', random),
    token_hash: hashSecret(token),
    practice_id: form.practiceId,
    patient_id: form.patientId,
    email,
    role: form.role,
    relationship: form.role === 'patient' ? 'self' : form.relationship.trim().slice(0, 60) || 'caregiver',
    related_person_id: await chooseRelatedPerson(deps, form),
    invited_by: form.invitedBy,
    created_at: now,
    expires_at: now + invitationLifetimeMs,
    failed_attempts: 0,
    accepted_at: null,
    claimed_by: null,
    claimed_at: null,
  }
  const link = `${deps.portalUrl}/invitation?token=${token}`
  const mail = invitationMail(row, { practiceName: practice.name, link })
  const isKept = sandboxOutbox !== undefined && (await isOutsideSandbox(db, practice, email))
  if (!isKept) await deps.mailCounts.countInvitation(practice.id, email)
  await insertWithinLimit(deps, { row, practice, mail, isKept })
  // The row comes last: the practice has an id and a time of its own.
  return { ...toInvitation({ ...practice, ...row }), isInOutbox: isKept }
}

async function getPracticeOf(
  db: Db,
  { practiceId, patientId }: InvitationForm,
): Promise<Selectable<PracticeTable>> {
  // uses the primary keys
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

async function assertBirthDate(deps: PracticesDeps, form: InvitationForm): Promise<void> {
  const birthDate = await readBirthDate(deps, form)
  if (/^\d{4}-\d{2}-\d{2}$/.test(birthDate ?? '')) return
  throw new OnpatientError(
    'invalid-parameter',
    'This record has no full date of birth, which the invited person has to confirm. Add it to the record, then invite.',
    { field: 'patientId' },
  )
}

async function chooseRelatedPerson(
  { records }: PracticesDeps,
  { role, patientId, relatedPersonId }: InvitationForm,
): Promise<string | null> {
  if (role === 'patient' || relatedPersonId === undefined) return null
  if (await isRelatedTo(records, patientId, relatedPersonId)) return relatedPersonId
  throw new OnpatientError('invalid-parameter', 'This patient has no such related person.', {
    field: 'relatedPersonId',
  })
}

/** A sandbox sends mails only to the proven address of the account that it belongs to. */
async function isOutsideSandbox(
  db: Db,
  { id, kind }: Selectable<PracticeTable>,
  email: string,
): Promise<boolean> {
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

/** Writes the invitation and its mail together: neither is of use without the other. */
async function insertWithinLimit(
  { db, clock, limits, mailer, sandboxOutbox }: PracticesDeps,
  {
    row,
    practice: { id, kind },
    mail,
    isKept,
  }: { row: InvitationTable; practice: Selectable<PracticeTable>; mail: Mail; isKept: boolean },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    // uses invitation_practice
    const { count } = await trx
      .selectFrom('invitation')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('practice_id', '=', id)
      .where('accepted_at', 'is', null)
      .where('expires_at', '>', clock.now().getTime())
      .executeTakeFirstOrThrow()
    assertRoom(limits, kind === 'sandbox' ? 'openSandboxInvitations' : 'openInvitations', {
      owned: Number(count),
      advice: 'End some that are no longer wanted.',
    })
    await trx.insertInto('invitation').values(row).execute()
    if (isKept) await sandboxOutbox?.keep(id, mail, trx)
    else await mailer.send(mail, trx)
  })
}
