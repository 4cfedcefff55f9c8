import type { Composed } from './compose.ts'
import { markersIn } from './markers.ts'
import type { MarkedRecord } from './people.ts'
import { bounds } from './running-server.ts'
import type { Answer } from './send.ts'

/** A fault of an answer: its kind, and its description. */
export interface Fault {
  kind: 'server error' | 'too large' | 'too slow' | 'cut off' | 'foreign marker'
  detail: string
  /** The foreign marker. */
  marker?: string
}

/** One record always has room on a page, and each entry has an address and a link around it. */
const room = 256 * 1024

/** What the actor may see beside its own request. */
export interface Memory {
  /** The records that were there at the start, by marker. */
  owners: ReadonlyMap<string, readonly MarkedRecord[]>
  /** Markers of ids that each practice wrote into its own records. */
  spoken: readonly Set<string>[]
  /** Markers that each person said of itself at the portal, by address. */
  said: Map<string, Set<string>>
}

export function checkAnswer(sent: Composed, answer: Answer, memory: Memory): Fault[] {
  const faults: Fault[] = []
  if (answer.status >= 500 && !namesBound(answer))
    faults.push({ kind: 'server error', detail: `${answer.status} ${answer.text.slice(0, 300)}` })
  if (answer.text.length > bounds.MAX_ANSWER_BYTES + room)
    faults.push({ kind: 'too large', detail: `${answer.text.length} characters` })
  else if (isPage(sent) && answer.text.length > 2 * bounds.MAX_PAGE_BYTES + room)
    faults.push({ kind: 'too large', detail: `a page of ${answer.text.length} characters` })
  if (answer.seconds > bounds.MAX_REQUEST_SECONDS + 2)
    faults.push({ kind: 'too slow', detail: `${answer.seconds.toFixed(1)} s` })
  if (answer.failure !== undefined && !isBadRequest(sent))
    faults.push({ kind: 'cut off', detail: answer.failure })
  const foreign = findForeign(sent, answer, memory)
  if (foreign) faults.push({ kind: 'foreign marker', ...foreign })
  return faults
}

/** A bound that is reached answers 503 or 504 and names itself. */
function namesBound({ status, text }: Answer): boolean {
  return (status === 503 || status === 504) && /second|busy|time|later|again/i.test(text)
}

function isPage({ method, route }: Composed): boolean {
  return method === 'GET' && ['r4', 'classic'].includes(route.area) && route.body === 'none'
}

/** Where the connection may end early: what is no HTTP any more, and a body that is too large. */
function isBadRequest({ body = '', path }: Composed): boolean {
  return body.length > bounds.MAX_BODY_BYTES || path.length > 8000
}

function findForeign(
  { actor, path, headers, body = '' }: Composed,
  answer: Answer,
  memory: Memory,
): { marker: string; detail: string } | undefined {
  const own = saidBy({ path, headers, body })
  for (const marker of markersIn(`${JSON.stringify(answer.headers)} ${answer.text}`)) {
    if (own.has(marker) || isReadable(marker, actor, memory)) continue
    const [record] = memory.owners.get(marker) ?? []
    const owner = record ? `${record.type}/${record.id}` : 'somebody else'
    return { marker, detail: `${marker} of ${owner} near "${around(answer.text, marker)}"` }
  }
  return undefined
}

function isReadable(marker: string, actor: Composed['actor'], { owners, spoken, said }: Memory): boolean {
  if (said.get(actor.email ?? '')?.has(marker)) return true
  const [, practice] = /^mkw(\d+)x/.exec(marker) ?? []
  if (practice !== undefined) return actor.practices.includes(Number(practice))
  if (actor.practices.some((each) => spoken[each]?.has(marker))) return true
  return (owners.get(marker) ?? []).some((record) => actor.mayRead(record))
}

function saidBy({ path, headers, body }: { path: string; headers: Composed['headers']; body: string }) {
  const { authorization: _own, cookie: _cookie, ...others } = headers
  return markersIn(`${safeDecode(path)} ${JSON.stringify(others)} ${body} ${decodePatches(body)}`)
}

function around(text: string, marker: string): string {
  const at = text.toLowerCase().indexOf(marker)
  return at < 0 ? 'a header' : text.slice(Math.max(0, at - 80), at + 80)
}

export function safeDecode(text: string): string {
  try {
    return `${text} ${decodeURIComponent(text)} ${decodeURIComponent(decodeURIComponent(text))}`
  } catch {
    return text.replaceAll('%25', '%')
  }
}

/** Patches travel in Base64. */
export function decodePatches(body: string): string {
  return [...body.matchAll(/"data":"([A-Za-z0-9+/=]+)"/g)]
    .map(([, data = '']) => Buffer.from(data, 'base64').toString())
    .join(' ')
}
