import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage } from 'node:http'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import fastifyCookie from '@fastify/cookie'
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider'
import type { Seals } from '../../seal.ts'
import { currentExchange } from './oidc-internals.ts'

/**
 * An authorization request waits for its person sealed in the browser that brought it, so that strangers write nothing into the database. When
 * a person who is signed in has answered it, it is stored. It stays stored as answered for as long as the sealed one would work.
 */
export interface SealedInteractionDeps {
  seals: Seals
  /** The longest sealed request, in characters of its cookies. */
  limitCharacters: number
  isSecure: boolean
  lifetimeSeconds: number
  /** In ms. */
  now(): number
}

/** The text that an adapter stores, and its end by our clock. */
export interface SealedInteraction {
  payload: string
  expiresAt: number
}

interface SealedInteractions {
  /** Gives it to the browser of the request that the engine answers. False without such a request. Throws `invalid_request`. */
  give(uid: string, interaction: SealedInteraction): boolean
  /** Undefined when the browser of the current request brings no whole one with this uid. */
  find(uid: string): SealedInteraction | undefined
  /** Asks the browser to delete it. */
  take(uid: string): void
}

const requests = new AsyncLocalStorage<IncomingMessage>()

/** Lets the engine find the cookies of a request to one of our own pages. */
export function withRequestOf<Result>(
  request: IncomingMessage,
  work: () => Promise<Result>,
): Promise<Result> {
  return requests.run(request, work)
}

/** RFC 6265 §6.1: browsers take cookies of 4096 bytes at least, with name and attributes. */
const partCharacters = 3600

export function createSealedInteractions(deps: SealedInteractionDeps): SealedInteractions {
  const { seals, limitCharacters, isSecure, lifetimeSeconds } = deps
  const partNames = Array.from({ length: Math.ceil(limitCharacters / partCharacters) }, (_, at) =>
    at === 0 ? 'onpatient_request' : `onpatient_request_${at + 1}`,
  )

  function setCookie(uid: string, name: string, value: string, maxAge: number): void {
    const options = { path: `/o/interaction/${uid}`, httpOnly: true, secure: isSecure, maxAge } as const
    const cookie = fastifyCookie.serialize(name, value, { ...options, sameSite: 'lax' })
    currentExchange()?.res.appendHeader('set-cookie', cookie)
  }

  return {
    give(uid, { payload, expiresAt }) {
      if (!currentExchange()) return false
      const sealed = seals.seal(deflateRawSync(JSON.stringify([expiresAt, payload])), uid)
      if (sealed.length > limitCharacters) throw tooLong()
      for (const [at, name] of partNames.entries()) {
        const part = sealed.slice(at * partCharacters, (at + 1) * partCharacters)
        if (part !== '') setCookie(uid, name, part, lifetimeSeconds)
      }
      return true
    },
    find(uid) {
      const { cookie } = (currentExchange()?.req ?? requests.getStore())?.headers ?? {}
      const cookies = fastifyCookie.parse(cookie ?? '')
      const sealed = partNames.map((name) => cookies[name] ?? '').join('')
      const bytes = sealed === '' ? undefined : seals.open(sealed, uid)
      if (!bytes) return undefined
      const [expiresAt, payload] = JSON.parse(inflateRawSync(bytes).toString('utf8')) as [number, string]
      return expiresAt > deps.now() ? { payload, expiresAt } : undefined
    },
    take(uid) {
      const [first = ''] = partNames
      setCookie(uid, first, '', 0)
    },
  }
}

function tooLong(): Error {
  return new errors.InvalidRequest(
    'The request is too long. Make "state" shorter: keep what belongs to it on your side, under a short name.',
  )
}

/** Parts of the adapter of stored payloads that the adapter of pending requests uses. */
interface StoredInteractions {
  /** Undefined when none is stored. It also finds requests that are over. */
  find(uid: string): Promise<{ isAnswered: boolean; payload: AdapterPayload | undefined } | undefined>
  /** Keeps it as answered until it would have expired. */
  markAnswered(uid: string): Promise<void>
  toSealable(payload: AdapterPayload, expiresIn: number): SealedInteraction
  toPayload(uid: string, interaction: SealedInteraction): AdapterPayload | undefined
}

/** Requests without an answer are in the browser, and answered ones are in the database. The database counts where both have one. */
export function withSealedInteractions(
  adapter: Adapter,
  sealed: SealedInteractions,
  stored: StoredInteractions,
): Adapter {
  return {
    ...adapter,
    async upsert(uid, payload, expiresIn = 0) {
      const isUnanswered = payload.result === undefined
      if (isUnanswered && sealed.give(uid, stored.toSealable(payload, expiresIn))) return
      await adapter.upsert(uid, payload, expiresIn)
    },
    async find(uid) {
      const row = await stored.find(uid)
      if (row) return row.isAnswered ? undefined : row.payload
      const interaction = sealed.find(uid)
      return interaction && stored.toPayload(uid, interaction)
    },
    async destroy(uid) {
      await stored.markAnswered(uid)
      sealed.take(uid)
    },
  }
}
