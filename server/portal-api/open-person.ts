import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { People, Person } from '#server/people/people.ts'
import type { Language } from '#words/languages.ts'
import { type Words, wordsOf } from '#words/words.ts'
import type { Clock } from '../clock.ts'
import { getSignedIn } from '../http/browser.ts'
import { languageOf } from '../http/choose-language.ts'
import { idText, parseInput } from './parse-input.ts'

const onePerson = z.object({ patientId: idText })

/** The person whom the address names, for whoever is signed in. Throws `not-found` for everybody else. */
export function openPerson(people: People, request: FastifyRequest): Promise<Person> {
  const { signIn } = getSignedIn(request)
  const { patientId } = parseInput(onePerson, request.params)
  return people.open(signIn, patientId)
}

/** In which language a request wants its page, and when it came. */
export function readingOf(
  request: FastifyRequest,
  clock: Clock,
): { language: Language; words: Words; now: Date } {
  const language = languageOf(request)
  return { language, words: wordsOf(language), now: clock.now() }
}
