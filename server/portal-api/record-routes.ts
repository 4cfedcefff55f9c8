import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { listRecordTypes } from '#fhir/scope/record-types.ts'
import type { RecordReader } from '#server/access/access.ts'
import { OnpatientError } from '../errors.ts'
import { getSignedIn } from '../http/browser.ts'
import { formatCursor, parseCursor } from './page-cursor.ts'
import { idText, parseInput } from './parse-input.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'

const types = listRecordTypes()
const oneType = z.strictObject({ type: z.string().max(100) })
const countQuery = z.strictObject({ patient: idText })
const listQuery = z.strictObject({
  patient: idText.optional(),
  cursor: z.string().max(1000).optional(),
})

const pageSize = 100

/** The person's own view of the records that their associations open. */
export function recordRoutes({ access }: PortalApiDeps): FastifyPluginAsync {
  /** Without this check a wrong id would look like an empty record. */
  async function assertReadable(reader: RecordReader, patientId: string): Promise<void> {
    if ((await reader.read('Patient', patientId)) !== undefined) return
    throw new OnpatientError('not-found', 'There is no such person among those whose record you may see.', {
      field: 'patient',
    })
  }

  return async (app) => {
    app.get('/records', async (request) => {
      const { signIn } = getSignedIn(request)
      const { patient } = parseInput(countQuery, request.query)
      const reader = await access.openForAccount(signIn)
      await assertReadable(reader, patient)
      const counts = await Promise.all(
        types.map(async (type) => {
          const { count } = await reader.list({ type, patientId: patient, pageSize: 1 })
          return [type, count] as const
        }),
      )
      return { counts: Object.fromEntries(counts) }
    })

    app.get('/records/:type', async (request, reply) => {
      const { signIn } = getSignedIn(request)
      const { type } = parseInput(oneType, request.params)
      const { patient, cursor } = parseInput(listQuery, request.query)
      if (!types.includes(type))
        throw new OnpatientError('not-found', `There are no records of the type "${type}".`)
      const reader = await access.openForAccount(signIn)
      if (patient !== undefined) await assertReadable(reader, patient)
      const page = await reader.list({ type, patientId: patient, pageSize, after: parseCursor(cursor) })
      // The stored texts go out as they are. Parsing and writing them again would cost more than reading them.
      return reply
        .type('application/json; charset=utf-8')
        .send(
          `{"count":${page.count},"results":[${page.contents.join(',')}],"next":${JSON.stringify(formatCursor(page.next))}}`,
        )
    })
  }
}
