import { Agent } from 'node:http'
import { diceFor } from '#server/demo/generator/random-source.ts'
import type { Actor } from './actors.ts'
import { checkAnswer, decodePatches, type Memory, safeDecode } from './check-answer.ts'
import { type Composed, compose } from './compose.ts'
import { isExplained } from './explain.ts'
import type { World } from './fill-database.ts'
import type { Findings } from './findings.ts'
import type { FuzzedServer } from './kept.ts'
import { createPen, markersIn } from './markers.ts'
import type { MarkedRecord } from './people.ts'
import { type PortalSession, signIn } from './portal-session.ts'
import { type Answer, send } from './send.ts'

interface Run {
  server: FuzzedServer
  world: World
  seed: number
  minutes: number
  parallel: number
  findings: Findings
  /** Ends the run before its time. */
  signal: AbortSignal
}

/** The time between two checks of all tokens, and between two restorations of the first records. */
const checkEvery = 1000
const restoreEvery = 10_000
const mostLinks = 500

/** Sends requests until the time is over, the server has ended, or the signal comes. */
export async function runRequests({
  server,
  world,
  seed,
  minutes,
  parallel,
  findings,
  signal,
}: Run): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 2 * parallel })
  const pen = createPen()
  const memory: Memory = {
    owners: ownersOf(world.records),
    spoken: world.practices.map(() => new Set()),
    said: new Map(),
  }
  const links: string[] = []
  const sessions = openSessions(server.url, agent)
  const until = Date.now() + minutes * 60_000
  let sent = 0

  async function sendOne(index: number): Promise<void> {
    const composed = await sessions.complete(
      compose({ dice: diceFor(`${seed}/${index}`), world, pen, links }),
    )
    noteSpoken(composed, memory)
    const answer = await send(server.url, agent, composed)
    sessions.note(composed, answer)
    keepLinks(links, answer, index)
    const faults = server.ended() === undefined ? checkAnswer(composed, answer, memory) : []
    findings.count(composed, answer)
    for (const fault of faults) {
      const { marker } = fault
      const { url } = server
      if (marker !== undefined && (await isExplained({ url, agent, world, composed, answer, marker })))
        continue
      findings.add({ fault, composed, answer, index, url })
    }
  }

  async function step(index: number): Promise<void> {
    await sendOne(index)
    if (index % checkEvery === checkEvery - 1)
      findings.addLost(await findLostAccess(server.url, agent, world.actors))
    if (index % restoreEvery === restoreEvery - 1) await restore(server.url, agent, world)
  }

  async function work(): Promise<void> {
    while (Date.now() < until && !signal.aborted && server.ended() === undefined)
      // One request that the fuzzer cannot make does not end the run.
      await step(sent++).catch(findings.addFailure)
  }

  let minute = 0
  const progress = setInterval(() => {
    findings.noteMemory(server.peakMegabytes())
    findings.progress(++minute)
  }, 60_000)
  try {
    await Promise.all(Array.from({ length: parallel }, work))
    findings.noteMemory(server.peakMegabytes())
    const end = server.ended()
    if (end !== undefined) findings.addEnd(end)
  } finally {
    clearInterval(progress)
    agent.destroy()
  }
}

function ownersOf(records: readonly MarkedRecord[]): Map<string, MarkedRecord[]> {
  const owners = new Map<string, MarkedRecord[]>()
  for (const record of records)
    for (const marker of record.markers) owners.set(marker, [...(owners.get(marker) ?? []), record])
  return owners
}

/** A practice may see the ids that it wrote itself, and a person may see its own words, such as a name. */
function noteSpoken(
  { actor, method, body = '', path, route }: Composed,
  { spoken, owners, said }: Memory,
): void {
  if (actor.email !== undefined && method !== 'GET') {
    const words = said.get(actor.email) ?? new Set()
    for (const marker of markersIn(safeDecode(`${path} ${body}`))) words.add(marker)
    said.set(actor.email, words)
  }
  if (!actor.canWrite || method === 'GET') return
  const places = actor.home === undefined ? [] : [actor.home]
  const ids = new Set([...markersIn(`${body} ${decodePatches(body)} ${route.area === 'r4' ? path : ''}`)])
  for (const marker of ids)
    if (owners.get(marker)?.some(({ id }) => id === marker))
      for (const place of places) spoken[place]?.add(marker)
}

function keepLinks(links: string[], { text }: Answer, index: number): void {
  for (const [, link = ''] of text.matchAll(
    /"(?:url|next|previous)":"https?:\/\/[^/"]+(\/[^"]*cursor=[^"]*)"/g,
  ))
    if (links.length < mostLinks) links.push(link)
    else links[index % mostLinks] = link
}

async function findLostAccess(
  url: string,
  agent: Agent,
  actors: readonly Actor[],
): Promise<Array<{ actor: Actor; status: number }>> {
  const lost: Array<{ actor: Actor; status: number }> = []
  for (const actor of actors.filter(({ isLasting }) => isLasting)) {
    const headers = { authorization: `Bearer ${actor.token}` }
    const { status } = await send(url, agent, {
      method: 'GET',
      path: '/fhir/r4/Patient?_count=1',
      headers,
      body: undefined,
    })
    if (status !== 200) lost.push({ actor, status })
  }
  return lost
}

/** Restores deleted and changed records, so that there is something to find until the end. */
async function restore(url: string, agent: Agent, { records, actors }: World): Promise<void> {
  for (const actor of actors.filter(({ name }) => name.startsWith('backend service'))) {
    const own = records.filter(({ practice }) => actor.practices.includes(practice))
    for (let start = 0; start < own.length; start += 100) {
      const entry = own
        .slice(start, start + 100)
        .map(({ type, id, resource }) => ({ resource, request: { method: 'PUT', url: `${type}/${id}` } }))
      await send(url, agent, {
        method: 'POST',
        path: '/fhir/r4',
        headers: { authorization: `Bearer ${actor.token}`, 'content-type': 'application/fhir+json' },
        body: JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry }),
      })
    }
  }
}

/** Signs a person in at the first use, and again after the sign-in has ended. */
function openSessions(url: string, agent: Agent) {
  const open = new Map<string, Promise<PortalSession>>()
  return {
    async complete(composed: Composed): Promise<Composed> {
      const { actor, route } = composed
      if (actor.email === undefined || !['portal', 'page'].includes(route.area)) return composed
      const { email } = actor
      const opening = open.get(email) ?? signIn(url, agent, email)
      open.set(email, opening)
      const { cookie, csrfToken } = await opening.catch((error: unknown) => {
        open.delete(email)
        throw error
      })
      const isForm = composed.headers['content-type'] === 'application/x-www-form-urlencoded'
      return {
        ...composed,
        headers: { 'x-csrf-token': csrfToken, ...composed.headers, cookie },
        body: isForm && composed.body !== undefined ? `${composed.body}&_csrf=${csrfToken}` : composed.body,
      }
    },
    note({ actor, route }: Composed, { status }: Answer): void {
      if (status === 401 && route.area === 'portal' && actor.email !== undefined) open.delete(actor.email)
    },
  }
}
