import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { z } from 'zod'
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
})

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
      const { relatedPersonId, ...form } = parseInput(invitationForm, request.body)
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
