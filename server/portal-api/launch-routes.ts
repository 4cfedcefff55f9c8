import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import {
  findEncounter,
  findPatientLine,
  listLatestEncounters,
  type RecordReader,
} from '#server/access/access.ts'
import type { LaunchContext } from '#server/launches/launches.ts'
import type { Association, ReachingSignIn } from '#server/practices/practices.ts'
import { OnpatientError } from '../errors.ts'
import { getSignedIn } from '../http/browser.ts'
import type { LaunchChoices } from './answers.ts'
import { idText, parseInput } from './parse-input.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'

const choicesQuery = z.strictObject({ association: idText, patient: idText, cursor: idText.optional() })
const reference = z.strictObject({
  reference: z.string().regex(/^[A-Z][A-Za-z]{1,63}\/[A-Za-z0-9.-]{1,64}$/, 'write Type/id'),
  role: z.string().min(1).max(200).optional(),
})
const launchForm = z.strictObject({
  associationId: idText,
  patientId: idText,
  applicationId: idText,
  encounterId: idText.nullish(),
  intent: z
    .string()
    .regex(/^[\w:./-]{1,100}$/, 'a word of at most 100 letters, digits and - . : / _')
    .nullish(),
  fhirContext: z.array(reference).max(20).optional(),
})

const mostEncounters = 10

/** Opening an application from the portal in the context of a patient (SMART App Launch 2.2, EHR launch). */
export function launchRoutes({ access, launches, practices }: PortalApiDeps): FastifyPluginAsync {
  /** An association of somebody else, and a patient whom the association does not reach, get the same `not-found`. */
  async function openPatient(
    signIn: ReachingSignIn,
    associationId: string,
    patientId: string,
  ): Promise<{ association: Association; reader: RecordReader }> {
    const associations = await practices.listReachable(signIn)
    const association = associations.find(({ id }) => id === associationId)
    if (association) {
      const reader = await access.openForAccount(signIn, { associationId })
      if (await findPatientLine(reader, patientId)) return { association, reader }
    }
    throw new OnpatientError('not-found', 'There is no such patient among those whose record you may see.', {
      field: 'patientId',
    })
  }

  return async (app) => {
    app.get('/launches/choices', async (request): Promise<LaunchChoices> => {
      const { signIn } = getSignedIn(request)
      const { association: associationId, patient, cursor } = parseInput(choicesQuery, request.query)
      const { association, reader } = await openPatient(signIn, associationId, patient)
      const [{ applications, next }, encounters] = await Promise.all([
        launches.listApplications(association, cursor),
        listLatestEncounters(reader, patient, mostEncounters + 1),
      ])
      return {
        applications: applications.map(({ id, name, ownerName }) => ({ id, name, owner: ownerName })),
        encounters: encounters
          .slice(0, mostEncounters)
          .map(({ id, title, start }) => ({ id, title, start: start ?? null })),
        hasMoreEncounters: encounters.length > mostEncounters,
        next: next ?? null,
      }
    })

    app.post('/launches', async (request, reply) => {
      const { signIn } = getSignedIn(request)
      const form = parseInput(launchForm, request.body)
      const { associationId, patientId, applicationId } = form
      const { association, reader } = await openPatient(signIn, associationId, patientId)
      const context: LaunchContext = {
        associationId,
        patientId,
        encounterId: form.encounterId ?? undefined,
        intent: form.intent ?? undefined,
        fhirContext: form.fhirContext,
      }
      await assertOfPatient(reader, context)
      const url = await launches.start(association, applicationId, context)
      return reply.code(201).send({ url })
    })
  }
}

/** Everything that an application is opened with must be of that patient. */
async function assertOfPatient(
  reader: RecordReader,
  { patientId, encounterId, fhirContext = [] }: LaunchContext,
): Promise<void> {
  if (encounterId !== undefined && !(await findEncounter(reader, patientId, encounterId)))
    throw new OnpatientError('not-found', 'There is no such visit of this patient.', { field: 'encounterId' })
  for (const { reference: text } of fhirContext) {
    const [type = '', id = ''] = text.split('/')
    const { contents } = await reader.list({ type, patientId, ids: [id], pageSize: 1 })
    // Patient and encounter have fields of their own (SMART App Launch 2.2, fhirContext).
    if (contents.length === 0 || type === 'Patient' || type === 'Encounter')
      throw new OnpatientError('not-found', `There is no ${text} of this patient to open an app with.`, {
        field: 'fhirContext',
      })
  }
}
