import { lookup } from 'node:dns'
import { get as getHttp, type IncomingMessage } from 'node:http'
import { get as getHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { type SortedKeys, sortKeys } from './key-set.ts'

export interface FetchLimits {
  /** Outside production a developer's own machine may serve keys: plain http, on loopback alone. */
  allowsLoopbackHttp: boolean
}

export interface FetchedKeys extends SortedKeys {
  /** The max-age of Cache-Control; undefined without one. */
  maxAgeSeconds: number | undefined
}

/** Why keys could not be fetched; the message is for the developer of the application. */
export class KeyFetchError extends Error {
  override readonly name = 'KeyFetchError'
}

const timeLimitMs = 5000
const sizeLimitBytes = 64 * 1024

/**
 * Gets a key set from an address that a stranger chose. The request must never reach our own network (server-side request forgery), so
 * the address is checked when the socket connects, and no redirect is followed. It takes at most 5 seconds and 64 kB. Throws
 * `KeyFetchError`.
 */
export async function fetchKeySet(uri: string, limits: FetchLimits): Promise<FetchedKeys> {
  const signal = AbortSignal.timeout(timeLimitMs)
  try {
    return await fetchOnce(uri, limits, signal)
  } catch (error) {
    if (error instanceof KeyFetchError) throw error
    if (signal.aborted)
      throw new KeyFetchError(`jwks_uri did not answer within ${timeLimitMs / 1000} seconds.`)
    throw new KeyFetchError(`jwks_uri could not be fetched (${codeOf(error)}).`)
  }
}

async function fetchOnce(uri: string, limits: FetchLimits, signal: AbortSignal): Promise<FetchedKeys> {
  const fault = faultOfAddress(uri, limits)
  if (fault !== undefined) throw new KeyFetchError(`jwks_uri ${fault}`)
  const answer = await open(new URL(uri), signal)
  const status = answer.statusCode ?? 0
  if (status !== 200) {
    answer.destroy()
    const isRedirect = status >= 300 && status < 400
    throw new KeyFetchError(
      `jwks_uri answered ${status}. ${isRedirect ? 'Redirects are not followed: register the final address.' : 'It must answer 200 with a JWK Set.'}`,
    )
  }
  const sorted = sortKeys(parse(await readLimited(answer)))
  if (sorted === undefined) throw new KeyFetchError('jwks_uri answered something that is not a JWK Set.')
  return { ...sorted, maxAgeSeconds: maxAgeOf(answer.headers['cache-control']) }
}

/** The fault of an address that its form alone shows; undefined when it may be tried. */
export function faultOfAddress(uri: string, { allowsLoopbackHttp }: FetchLimits): string | undefined {
  if (!URL.canParse(uri)) return 'is not a well-formed address.'
  const url = new URL(uri)
  if (url.username !== '' || url.password !== '') return 'has a user name or password in it. Leave them out.'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isLoopback =
    host === 'localhost' || (ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback')
  if (url.protocol === 'http:' && isLoopback && allowsLoopbackHttp) return undefined
  if (url.protocol !== 'https:') return 'must be an https:// address.'
  if (ipaddr.isValid(host) && !isPublic(host))
    return 'leads to an address that is not on the public internet.'
  return undefined
}

function open(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const isHttp = url.protocol === 'http:'
  return new Promise((answered, failed) => {
    const request = (isHttp ? getHttp : getHttps)(
      url,
      {
        signal,
        headers: { accept: 'application/json', 'user-agent': 'onpatient' },
        // A new connection each time: a kept one may have been checked by other limits.
        agent: false,
        lookup: isHttp ? loopbackOnly : publicOnly,
      },
      answered,
    )
    request.once('error', failed)
  })
}

/**
 * Checks the same addresses that the socket connects to: a name that resolved to a public address a moment ago may resolve to a private
 * one now (DNS rebinding).
 */
function filteredLookup(isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '', 0)
      const [first] = found
      if (first === undefined || !found.every(({ address }) => isAllowed(address)))
        return callback(
          new KeyFetchError('jwks_uri leads to an address that is not on the public internet.'),
          '',
          0,
        )
      if (options.all) return callback(null, found)
      callback(null, first.address, first.family)
    })
  }
}

const publicOnly = filteredLookup(isPublic)
const loopbackOnly = filteredLookup((address) => ipaddr.process(address).range() === 'loopback')

/** An address with a special meaning (private, link-local, loopback, mapped, multicast, …) has another range than "unicast". */
function isPublic(address: string): boolean {
  return ipaddr.process(address).range() === 'unicast'
}

async function readLimited(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer) {
    size += (chunk as Buffer).length
    if (size > sizeLimitBytes) {
      answer.destroy()
      throw new KeyFetchError(`jwks_uri answered more than ${sizeLimitBytes / 1024} kB.`)
    }
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new KeyFetchError('jwks_uri answered something that is not JSON.')
  }
}

function maxAgeOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  if (/\bno-(store|cache)\b/i.test(header)) return 0
  const [, seconds] = /\bmax-age\s*=\s*"?(\d{1,9})/i.exec(header) ?? []
  return seconds === undefined ? undefined : Number(seconds)
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? 'the connection failed')
}
