import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { RecordReader } from '#server/access/access.ts'
import type { Invitation } from '#server/practices/practices.ts'
import { OnpatientError } from '../errors.ts'
import type {
  Invitation as InvitationAnswer,
  InvitationPage,
  PatientSummary,
  SentInvitation,
} from './answers.ts'
import { openDesk } from './open-desk.ts'
import { idText, parseInput } from './parse-input.ts'
import { findSummary, summarizePatients } from './patient-summary.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'

const onePractice = z.strictObject({ id: idText })
const oneInvitation = z.strictObject({ id: idText, invitationId: idText })
const pageQuery = z.strictObject({ cursor: idText.optional() })
const invitationForm = z.strictObject({
  patientId: idText,
  email: z.string().max(500),
  role: z.enum(['patient', 'proxy']),
  relationship: z.string().trim().max(100, 'at most 100 characters'),
  relatedPersonId: idText.nullish(),
  /** The practice knows that another patient has this address, too. */
  isSharedAddress: z.boolean().optional(),
})

export async function listInvitations(
  deps: PortalApiDeps,
  request: FastifyRequest,
): Promise<InvitationPage<Date>> {
  const { cursor } = parseInput(pageQuery, request.query)
  const { practice, reader } = await openDesk(deps, request, parseInput(onePractice, request.params).id)
  const { invitations, next } = await deps.practices.listInvitations(practice.id, { after: cursor })
  const patients = await summarizePatients(
    reader,
    invitations.map(({ patientId }) => patientId),
  )
  return { invitations: invitations.map((each) => toInvitationJson(each, patients)), next: next ?? null }
}

export async function sendInvitation(deps: PortalApiDeps, request: FastifyRequest, reply: FastifyReply) {
  const { account, practice, reader } = await openDesk(
    deps,
    request,
    parseInput(onePractice, request.params).id,
  )
  const { relatedPersonId, isSharedAddress, ...form } = parseInput(invitationForm, request.body)
  const { patientId, email } = form
  if (form.role === 'patient' && !isSharedAddress)
    await assertNotShared(deps, reader, { practiceId: practice.id, patientId, email })
  const invitation = await deps.practices.invite({
    ...form,
    relatedPersonId: relatedPersonId ?? undefined,
    practiceId: practice.id,
    invitedBy: account.id,
  })
  const patients = await summarizePatients(reader, [invitation.patientId])
  return reply.code(201).send({
    invitation: toInvitationJson(invitation, patients),
    isInOutbox: invitation.isInOutbox === true,
  } satisfies SentInvitation<Date>)
}

/** An account is one person. Two patients who share an address need two accounts, or one of them is a proxy of the other. */
async function assertNotShared(
  { practices }: PortalApiDeps,
  reader: RecordReader,
  patient: { practiceId: string; patientId: string; email: string },
): Promise<void> {
  const { patientIds, hasMore } = await practices.findSharing(patient)
  if (patientIds.length === 0) return
  const names = [...(await summarizePatients(reader, patientIds)).values()].map(({ name }) => name)
  if (names.length === 0) names.push('another patient')
  if (hasMore) names.push('others')
  throw new OnpatientError(
    'own-record-exists',
    `This address is that of ${names.join(' and ')}, too, and one account is one person. If they share it, invite its owner as a family member or caregiver of this patient, or ask this patient for another address. If you send it all the same, it can only be accepted with an account of another address.`,
    { field: 'email' },
  )
}

export async function confirmClaim(deps: PortalApiDeps, request: FastifyRequest, reply: FastifyReply) {
  const { id, invitationId } = parseInput(oneInvitation, request.params)
  const { account, practice } = await openDesk(deps, request, id)
  const { id: associationId, accountId } = await deps.practices.confirmClaim(practice.id, invitationId)
  request.log.info({ by: account.id, account: accountId, practice: id }, 'an invitation was confirmed')
  return reply.code(201).send({ associationId })
}

export async function endInvitation(deps: PortalApiDeps, request: FastifyRequest, reply: FastifyReply) {
  const { id, invitationId } = parseInput(oneInvitation, request.params)
  const { practice } = await openDesk(deps, request, id)
  await deps.practices.endInvitation(practice.id, invitationId)
  return reply.code(204).send()
}

function toInvitationJson(
  { id, email, role, relationship, createdAt, expiresAt, patientId, claim, mail }: Invitation,
  patients: ReadonlyMap<string, PatientSummary>,
): InvitationAnswer<Date> {
  return {
    id,
    email,
    role,
    relationship,
    createdAt,
    expiresAt,
    patient: findSummary(patients, patientId),
    mail,
    claim: claim ? { displayName: claim.displayName, email: claim.email, claimedAt: claim.claimedAt } : null,
  }
}
