import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { PatientPage, RelatedPeople } from './answers.ts'
import { openDesk } from './open-desk.ts'
import { formatCursor, parseCursor } from './page-cursor.ts'
import { idText, parseInput } from './parse-input.ts'
import { listRelatedPeople, summarizePatient } from './patient-summary.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'

const onePractice = z.strictObject({ id: idText })
const onePatient = z.strictObject({ id: idText, patientId: idText })
const pageQuery = z.strictObject({ cursor: z.string().max(1000).optional() })

const pageSize = 50

export async function getPractice(deps: PortalApiDeps, request: FastifyRequest) {
  const { practice } = await openDesk(deps, request, parseInput(onePractice, request.params).id)
  const { id, name, kind } = practice
  return { practice: { id, name, kind } }
}

export async function listPatients(deps: PortalApiDeps, request: FastifyRequest): Promise<PatientPage> {
  const { cursor } = parseInput(pageQuery, request.query)
  const { reader } = await openDesk(deps, request, parseInput(onePractice, request.params).id)
  const page = await reader.list({ type: 'Patient', pageSize, after: parseCursor(cursor) })
  return {
    count: page.count,
    patients: page.contents.map(summarizePatient),
    next: formatCursor(page.next),
  }
}

export async function listRelatedPeopleOf(
  deps: PortalApiDeps,
  request: FastifyRequest,
): Promise<RelatedPeople> {
  const { id, patientId } = parseInput(onePatient, request.params)
  const { reader } = await openDesk(deps, request, id)
  return listRelatedPeople(reader, patientId)
}
