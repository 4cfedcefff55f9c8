import type { FastifyPluginAsync } from 'fastify'
import { type EntryType, type Page, type PersonPage, personPages } from '#server/views/views.ts'
import { openPerson, readingOf } from './open-person.ts'
import { parseInput } from './parse-input.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'

/** The pages of a person's record, as views in the reader's language: `GET /people/{id}/{page}`. */
export function personRoutes({ people, clock }: PortalApiDeps): FastifyPluginAsync {
  return async (app) => {
    for (const name of Object.keys(personPages) as PersonPage[]) {
      const page: Page<EntryType, object, unknown> = personPages[name]
      app.get(`/people/:patientId/${name}`, async (request) => {
        const query = page.query && parseInput(page.query, request.query)
        const person = await openPerson(people, request)
        const entries = await person.entries(page.types)
        const view = page.view(entries, readingOf(request, clock), query)
        // A record that cannot be read is left out, and the page says so.
        return { ...view, leftOut: person.leftOut(entries) }
      })
    }
  }
}
