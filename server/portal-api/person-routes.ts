import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Person } from '#server/people/people.ts'
import { type EntryType, type Page, type PersonPage, personPages } from '#server/views/views.ts'
import { wordsOf } from '#words/words.ts'
import { getSignedIn } from '../http/browser.ts'
import { languageOf } from '../http/choose-language.ts'
import { idText, parseInput } from './parse-input.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'

const onePerson = z.strictObject({ patientId: idText })

/** The pages of a person's record, as views in the reader's language: `GET /people/{id}/{page}`. */
export function personRoutes({ people, clock }: PortalApiDeps): FastifyPluginAsync {
  async function openPerson(request: FastifyRequest): Promise<Person> {
    const { signIn } = getSignedIn(request)
    const { patientId } = parseInput(onePerson, request.params)
    return people.open(signIn, patientId)
  }

  return async (app) => {
    for (const name of Object.keys(personPages) as PersonPage[]) {
      const page: Page<EntryType, object, unknown> = personPages[name]
      app.get(`/people/:patientId/${name}`, async (request) => {
        const person = await openPerson(request)
        const query = page.query && parseInput(page.query, request.query)
        const language = languageOf(request)
        const entries = await person.entries(page.types)
        const read = page.types.reduce((sum, type) => sum + entries[type].length, 0)
        const view = page.view(entries, { language, words: wordsOf(language), now: clock.now() }, query)
        // A record that cannot be read is left out, and the page says so.
        return { ...view, leftOut: person.count(page.types) - read }
      })
    }
  }
}
