import type { FastifyRequest } from 'fastify'
import type { Access, PresentedToken, WriteAccess } from '#server/access/access.ts'
import { OnpatientError } from '../../errors.ts'
import { apiFailure } from '../../http/api-failure.ts'
import { parseQuery } from '../../http/query.ts'
import type { Limits } from '../../limits.ts'
import { redactUrl } from '../../logger.ts'
import type { Random } from '../../secrets.ts'
import type { Answer, Asked, DocumentAnswer } from './answer.ts'
import { refusedEntry, toEntry } from './entry-answer.ts'
import type { BundleContext, EntryRequest } from './interactions/bundle-context.ts'
import type { Opening } from './interactions.ts'
import { resourceMediaTypes } from './read-body.ts'
import type { RequestContext } from './request-context.ts'

/** The address of a request, and the means to answer it. */
export interface AddressContext {
  /** With the parameters, from the root of the server. */
  url: string
  query: URLSearchParams
  base: string
  /** Takes the value of the header Allow when the address does not answer the method. */
  setAllowed?(methods: string): void
  open: Opening
}

interface BundleDeps {
  access: Pick<Access, 'open' | 'countMore'>
  writeAccess: WriteAccess
  random: Random
  limits: Limits
  documents: Opening['documents']
  answerAddress(request: Asked, at: AddressContext): Promise<Answer | DocumentAnswer>
  contextOf(request: Asked, query: URLSearchParams, base: string): RequestContext
}

interface BundleRequest {
  request: FastifyRequest
  query: URLSearchParams
  base: string
  token: PresentedToken | undefined
}

/** Opens Bundles. Their entries are answered like requests with the token of the Bundle. */
export function createBundles({ access, writeAccess, random, limits, documents, ...deps }: BundleDeps) {
  return async ({ request, query, base, token }: BundleRequest): Promise<BundleContext> => {
    // A request without a token is refused before the Bundle is read.
    await access.open(token)
    return {
      ...deps.contextOf(request, query, base),
      ...{ requestId: request.id, random, limits },
      openWriter: () => writeAccess.open(token),
      async answerEntry(entry, reader) {
        const asked = askedBy(entry, request)
        const url = addressOfEntry(entry.url, base)
        const open: Opening = {
          documents,
          reader: async () => reader ?? access.open(token),
          writer: () => writeAccess.open(token),
          // `readAction` lets no entry be sent to the base by POST.
          bundle: () => Promise.reject(new Error('a Bundle inside a Bundle')),
        }
        const answer = await deps.answerAddress(asked, { url, query: parseQuery(url), base, open })
        return toEntry(asked, answer, entry)
      },
      refuseEntry(error, url) {
        const failure = apiFailure(error)
        if (failure.category === 'fault')
          request.log.error({ code: failure.code, url: redactUrl(url), err: error }, 'an entry failed')
        return refusedEntry(failure, request.id)
      },
      // The request itself counts as one.
      countEntries: (entries) => access.countMore(token, entries - 1),
    }
  }
}

/** An entry has the preferences of its Bundle. Of a Binary, too, it holds the resource and not the bytes. */
function askedBy({ method, headers, body }: EntryRequest, { headers: { prefer } }: FastifyRequest): Asked {
  return { method, headers: { accept: resourceMediaTypes[0], prefer, ...headers }, body }
}

/** Throws `invalid-parameter` for a path that cannot be decoded. */
function addressOfEntry(local: string, base: string): string {
  const { pathname, search } = new URL(`${base}/${local}`)
  try {
    decodeURIComponent(pathname)
  } catch {
    throw new OnpatientError(
      'invalid-parameter',
      'This address cannot be read: "%" in it is not followed by two hex digits of UTF-8.',
    )
  }
  return `${pathname}${search}`
}
