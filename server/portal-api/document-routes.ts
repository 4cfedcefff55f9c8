import { create as contentDisposition } from 'content-disposition'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Person } from '#server/people/people.ts'
import {
  documentPage,
  documentPlaceOf,
  downloadFile,
  type HeldFile,
  type ServedFile,
  showFile,
  viewFile,
} from '#server/views/views.ts'
import { OnpatientError } from '../errors.ts'
import { sayLimit } from '../limits.ts'
import { openPerson, readingOf } from './open-person.ts'
import { idText, parseInput } from './parse-input.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'

const oneDocument = z.strictObject({ patientId: idText, documentId: idText })
const oneFile = oneDocument.extend({ index: z.string().regex(/^\d{1,3}$/, 'is not a number from 0 to 999') })
const howGiven = z.strictObject({ download: z.literal('1').optional() })

/** A document of a person, what a page shows of its files, and the files themselves. */
export function documentRoutes(deps: PortalApiDeps): FastifyPluginAsync {
  /** Throws `not-found` alike for what is absent and for what is another person's. */
  async function openDocument(request: FastifyRequest, person: Person, documentId: string) {
    const entries = await person.entries(documentPage.types)
    return documentPage.view(entries, documentId, readingOf(request, deps.clock)) ?? fail()
  }

  async function openFile(request: FastifyRequest): Promise<{ file: HeldFile; title: string }> {
    const { documentId, index } = parseInput(oneFile, request.params)
    const person = await openPerson(deps.people, request)
    const document = await openDocument(request, person, documentId)
    const found = await person.file({ ...documentPlaceOf(documentId), index: Number(index) })
    const title = document.files[Number(index)]?.title
    return found && title !== undefined ? { file: found.file, title } : fail()
  }

  async function openBytes(request: FastifyRequest) {
    const { file, title } = await openFile(request)
    if (file.state === 'tooLarge')
      throw new OnpatientError(
        'request-too-costly',
        `${sayLimit(deps.limits, 'documentBytes')} Ask your practice for this one, or read it with an application.`,
      )
    if (file.state !== 'here')
      throw new OnpatientError('not-found', 'The record does not hold this file itself.')
    return { file, title }
  }

  return async (app) => {
    app.get('/people/:patientId/documents/:documentId', async (request) => {
      const { documentId } = parseInput(oneDocument, request.params)
      const person = await openPerson(deps.people, request)
      return { ...(await openDocument(request, person, documentId)), leftOut: 0 }
    })
    app.get('/people/:patientId/documents/:documentId/:index', async (request, reply) => {
      const { download } = parseInput(howGiven, request.query)
      const { file, title } = await openBytes(request)
      const shown = download === undefined ? showFile(file, title) : undefined
      return sendFile(
        reply,
        shown ?? downloadFile(file, title),
        shown === undefined ? 'attachment' : 'inline',
      )
    })
    app.get('/people/:patientId/documents/:documentId/:index/view', async (request) => {
      const { file, title } = await openFile(request)
      return viewFile(file, title, readingOf(request, deps.clock))
    })
  }
}

function fail(): never {
  throw new OnpatientError('not-found', 'There is no such document in this record.')
}

/**
 * The content comes from outside, and nothing of it may run as a part of this server: `sandbox` gives it an origin of its own without
 * scripts (CSP Level 3 §6.5.4), nosniff keeps the browser at the type that was checked, and only cleaned HTML may stand in a frame, on
 * pages of this server alone.
 */
function sendFile(
  reply: FastifyReply,
  { fileName, mediaType, isPage, bytes }: ServedFile,
  type: 'inline' | 'attachment',
): FastifyReply {
  const policy = isPage
    ? "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
    : "sandbox; default-src 'none'; frame-ancestors 'none'"
  return reply
    .headers({
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'x-frame-options': isPage ? 'SAMEORIGIN' : 'DENY',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'content-disposition': contentDisposition(fileName, { type }),
      'content-type': mediaType,
    })
    .send(bytes)
}
