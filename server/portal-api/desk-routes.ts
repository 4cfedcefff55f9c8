import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { RecordReader } from '#server/access/access.ts'
import type { Invitation, Practice } from '#server/practices/practices.ts'
import { OnpatientError } from '../errors.ts'
import { getSignedIn } from '../http/browser.ts'
import { formatCursor, parseCursor } from './page-cursor.ts'
import { idText, parseInput } from './parse-input.ts'
import {
  listRelatedPeople,
  type PatientSummary,
  summarizePatient,
  summarizePatients,
} from './patient-summary.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'
import { getWork } from './workplace.ts'

const onePractice = z.strictObject({ id: idText })
const onePatient = z.strictObject({ id: idText, patientId: idText })
const oneAssociation = z.strictObject({ id: idText, associationId: idText })
const oneInvitation = z.strictObject({ id: idText, invitationId: idText })
const pageQuery = z.strictObject({ cursor: z.string().max(1000).optional() })
const invitationForm = z.strictObject({
  patientId: idText,
  email: z.string().max(500),
  role: z.enum(['patient', 'proxy']),
  relationship: z.string().trim().max(100, 'at most 100 characters'),
  relatedPersonId: idText.nullish(),
  /** The practice knows that another patient has this address, too. */
  isSharedAddress: z.boolean().optional(),
})
const relationForm = z.strictObject({ relationship: z.string().max(500) })

const pageSize = 50

/** The desk of a practice, for its providers and staff: patients, invitations and the people with access. */
export function deskRoutes({ accounts, practices, access }: PortalApiDeps): FastifyPluginAsync {
  async function openDesk(request: FastifyRequest, practiceId: string) {
    const { account, signIn } = getSignedIn(request)
    const work = await getWork(practices, signIn, practiceId)
    const [{ practice }] = work
    const isProvider = work.some(({ role }) => role === 'provider')
    return { account, practice, isProvider, reader: await access.openForAccount(signIn, { practiceId }) }
  }

  /** An account is one person: who shares an address sees the second record as somebody else's, or has another address. */
  async function warnAboutSharing(
    reader: RecordReader,
    practiceId: string,
    { email, patientId }: { email: string; patientId: string },
  ): Promise<void> {
    const sharing = await practices.findSharing(practiceId, patientId, email)
    if (sharing.length === 0) return
    const names = [...(await summarizePatients(reader, sharing)).values()].map(({ name }) => name)
    throw new OnpatientError(
      'own-record-exists',
      `This address is that of ${names.join(' and ') || 'another patient'}, too, and one account is one person. If they share it, invite its owner as a family member or caregiver of this patient, or ask this patient for another address. If you send it all the same, it can only be accepted with an account of another address.`,
      { field: 'email' },
    )
  }

  return async (app) => {
    app.get('/practices/:id', async (request) => {
      const { practice } = await openDesk(request, parseInput(onePractice, request.params).id)
      return { practice: toPracticeJson(practice) }
    })

    app.get('/practices/:id/patients', async (request) => {
      const { cursor } = parseInput(pageQuery, request.query)
      const { reader } = await openDesk(request, parseInput(onePractice, request.params).id)
      const page = await reader.list({ type: 'Patient', pageSize, after: parseCursor(cursor) })
      return {
        count: page.count,
        patients: page.contents.map(summarizePatient),
        next: formatCursor(page.next),
      }
    })

    app.get('/practices/:id/patients/:patientId/related-people', async (request) => {
      const { id, patientId } = parseInput(onePatient, request.params)
      const { reader } = await openDesk(request, id)
      return { relatedPeople: await listRelatedPeople(reader, patientId) }
    })

    app.get('/practices/:id/people', async (request) => {
      const { account, practice, reader } = await openDesk(
        request,
        parseInput(onePractice, request.params).id,
      )
      const people = await practices.listPeople(practice.id)
      const holders = await accounts.factors.findHolders(people.map(({ accountId }) => accountId))
      const patients = await summarizePatients(
        reader,
        people.flatMap(({ patientId }) => patientId ?? []),
      )
      return {
        people: people.map((person) => ({
          associationId: person.id,
          displayName: person.displayName,
          email: person.email,
          role: person.role,
          relationship: person.relationship,
          createdAt: person.createdAt,
          patient: findPatient(patients, person.patientId),
          isSelf: person.accountId === account.id,
          hasSecondStep: holders.has(person.accountId),
        })),
      }
    })

    app.delete('/practices/:id/associations/:associationId', async (request, reply) => {
      const { id, associationId } = parseInput(oneAssociation, request.params)
      const { account, practice, isProvider } = await openDesk(request, id)
      const people = await practices.listPeople(practice.id)
      const person = people.find((each) => each.id === associationId)
      if (person?.role === 'provider' && !isProvider)
        throw new OnpatientError('not-allowed', 'Only a provider ends the access of a provider.')
      // A practice whose last provider left could not be opened by anybody any more.
      if (person?.accountId === account.id && person.role !== 'patient' && person.role !== 'proxy')
        throw new OnpatientError('not-allowed', 'You cannot end your own access to the practice.')
      accounts.factors.assertProven(getSignedIn(request).signIn)
      await practices.endAssociation(practice.id, associationId)
      return reply.code(204).send()
    })

    // Of somebody who was taken for the patient: couples share addresses.
    app.put('/practices/:id/associations/:associationId', async (request) => {
      const { id, associationId } = parseInput(oneAssociation, request.params)
      const { relationship } = parseInput(relationForm, request.body)
      const { account, practice } = await openDesk(request, id)
      accounts.factors.assertProven(getSignedIn(request).signIn)
      const changed = await practices.changeToProxy(practice.id, associationId, relationship)
      request.log.info({ by: account.id, association: associationId }, 'a patient became a proxy')
      return { associationId, role: changed.role, relationship: changed.relationship }
    })

    app.get('/practices/:id/invitations', async (request) => {
      const { practice, reader } = await openDesk(request, parseInput(onePractice, request.params).id)
      const invitations = await practices.listInvitations(practice.id)
      const patients = await summarizePatients(
        reader,
        invitations.map(({ patientId }) => patientId),
      )
      return { invitations: invitations.map((each) => toInvitationJson(each, patients)) }
    })

    app.post('/practices/:id/invitations', async (request, reply) => {
      const { account, practice, reader } = await openDesk(
        request,
        parseInput(onePractice, request.params).id,
      )
      const { relatedPersonId, isSharedAddress, ...form } = parseInput(invitationForm, request.body)
      if (form.role === 'patient' && !isSharedAddress) await warnAboutSharing(reader, practice.id, form)
      const invitation = await practices.invite({
        ...form,
        relatedPersonId: relatedPersonId ?? undefined,
        practiceId: practice.id,
        invitedBy: account.id,
      })
      const patients = await summarizePatients(reader, [invitation.patientId])
      return reply.code(201).send({
        invitation: toInvitationJson(invitation, patients),
        isInOutbox: invitation.isInOutbox === true,
      })
    })

    app.post('/practices/:id/invitations/:invitationId/confirm', async (request, reply) => {
      const { id, invitationId } = parseInput(oneInvitation, request.params)
      const { account, practice } = await openDesk(request, id)
      const { id: associationId, accountId } = await practices.confirmClaim(practice.id, invitationId)
      request.log.info({ by: account.id, account: accountId, practice: id }, 'an invitation was confirmed')
      return reply.code(201).send({ associationId })
    })

    app.delete('/practices/:id/invitations/:invitationId', async (request, reply) => {
      const { id, invitationId } = parseInput(oneInvitation, request.params)
      const { practice } = await openDesk(request, id)
      const open = await practices.listInvitations(practice.id)
      if (!open.some((each) => each.id === invitationId))
        throw new OnpatientError('not-found', 'There is no such open invitation of this practice.')
      await practices.endInvitation(practice.id, invitationId)
      return reply.code(204).send()
    })
  }
}

function toPracticeJson({ id, name, kind }: Practice) {
  return { id, name, kind }
}

function toInvitationJson(
  { id, email, role, relationship, createdAt, expiresAt, patientId, claim, mail }: Invitation,
  patients: ReadonlyMap<string, PatientSummary>,
) {
  return {
    id,
    email,
    role,
    relationship,
    createdAt,
    expiresAt,
    patient: findPatient(patients, patientId),
    mail,
    claim: claim ? { displayName: claim.displayName, email: claim.email, claimedAt: claim.claimedAt } : null,
  }
}

function findPatient(patients: ReadonlyMap<string, PatientSummary>, id: string | undefined) {
  return (id !== undefined && patients.get(id)) || null
}
