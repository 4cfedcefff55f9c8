import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { OnpatientError } from '../errors.ts'
import { getSignedIn } from '../http/browser.ts'
import type { PeoplePage } from './answers.ts'
import { openDesk } from './open-desk.ts'
import { idText, parseInput } from './parse-input.ts'
import { findSummary, summarizePatients } from './patient-summary.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'

const onePractice = z.strictObject({ id: idText })
const oneAssociation = z.strictObject({ id: idText, associationId: idText })
const pageQuery = z.strictObject({ cursor: idText.optional() })
const relationForm = z.strictObject({ relationship: z.string().max(500) })

export async function listPeople(deps: PortalApiDeps, request: FastifyRequest): Promise<PeoplePage<Date>> {
  const { cursor } = parseInput(pageQuery, request.query)
  const { account, practice, reader } = await openDesk(
    deps,
    request,
    parseInput(onePractice, request.params).id,
  )
  const { people, next } = await deps.practices.listPeople(practice.id, { after: cursor })
  const holders = await deps.accounts.factors.findHolders(people.map(({ accountId }) => accountId))
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
      patient: findSummary(patients, person.patientId),
      isSelf: person.accountId === account.id,
      hasSecondStep: holders.has(person.accountId),
    })),
    next: next ?? null,
  }
}

export async function endAssociation(deps: PortalApiDeps, request: FastifyRequest, reply: FastifyReply) {
  const { id, associationId } = parseInput(oneAssociation, request.params)
  const { account, practice, isProvider } = await openDesk(deps, request, id)
  const person = await deps.practices.findPerson(practice.id, associationId)
  if (person?.role === 'provider' && !isProvider)
    throw new OnpatientError('not-allowed', 'Only a provider ends the access of a provider.')
  // Nobody could open a practice any more when its last provider has left.
  if (person?.accountId === account.id && person.role !== 'patient' && person.role !== 'proxy')
    throw new OnpatientError('not-allowed', 'You cannot end your own access to the practice.')
  deps.accounts.factors.assertProven(getSignedIn(request).signIn)
  await deps.practices.endAssociation(practice.id, associationId)
  return reply.code(204).send()
}

/** For somebody who was taken for the patient: couples share addresses. */
export async function changeToProxy(deps: PortalApiDeps, request: FastifyRequest) {
  const { id, associationId } = parseInput(oneAssociation, request.params)
  const { relationship } = parseInput(relationForm, request.body)
  const { account, practice } = await openDesk(deps, request, id)
  deps.accounts.factors.assertProven(getSignedIn(request).signIn)
  const changed = await deps.practices.changeToProxy({
    practiceId: practice.id,
    associationId,
    relationship,
  })
  request.log.info({ by: account.id, association: associationId }, 'a patient became a proxy')
  return { associationId, role: changed.role, relationship: changed.relationship }
}
