import { Agent } from 'node:http'
import { diceFor } from '#server/demo/generator/random-source.ts'
import type { Actor } from './actors.ts'
import { checkAnswer, decodePatches, type Memory } from './check-answer.ts'
import { type Composed, compose } from './compose.ts'
import type { World } from './fill-database.ts'
import { createFindings } from './findings.ts'
import { createPen, markersIn } from './markers.ts'
import type { MarkedRecord } from './people.ts'
import { type PortalSession, signIn } from './portal-session.ts'
import type { RunningServer } from './running-server.ts'
import { type Answer, curlOf, send } from './send.ts'

interface Run {
  server: RunningServer
  world: World
  seed: number
  minutes: number
  parallel: number
  print(line: string): void
  /** Ends the run before its time. */
  signal: AbortSignal
}

/** Between two looks whether every token still works, and two writes of what was there at the start. */
const checkEvery = 1000
const restoreEvery = 10_000
const mostLinks = 500

/** Sends requests until the time is over; the number of findings. */
export async function runRequests({
  server,
  world,
  seed,
  minutes,
  parallel,
  print,
  signal,
}: Run): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 2 * parallel })
  const pen = createPen()
  const memory: Memory = { owners: ownersOf(world.records), spoken: world.practices.map(() => new Set()) }
  const findings = createFindings(print)
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
    for (const fault of faults)
      findings.add({ fault, composed, answer, index, curl: curlOf(server.url, composed) })
  }

  async function work(): Promise<void> {
    while (Date.now() < until && !signal.aborted && server.ended() === undefined) {
      const index = sent++
      await sendOne(index)
      if (index % checkEvery === checkEvery - 1)
        await findLostAccess(server.url, agent, world.actors).then(findings.addLost)
      if (index % restoreEvery === restoreEvery - 1) {
        await restore(server.url, agent, world)
        print(
          `${index + 1} requests, ${findings.total()} findings, ${server.peakMegabytes() ?? '?'} MB at most`,
        )
      }
    }
  }

  await Promise.all(Array.from({ length: parallel }, work))
  const end = server.ended()
  if (end !== undefined) findings.addEnd(end)
  agent.destroy()
  findings.summarize({ seed, peakMegabytes: server.peakMegabytes() })
  return findings.total()
}

function ownersOf(records: readonly MarkedRecord[]): Map<string, MarkedRecord[]> {
  const owners = new Map<string, MarkedRecord[]>()
  for (const record of records)
    for (const marker of record.markers) owners.set(marker, [...(owners.get(marker) ?? []), record])
  return owners
}

/** A practice may see the ids that it wrote down itself, whatever they name. */
function noteSpoken({ actor, method, body = '', path, route }: Composed, { spoken, owners }: Memory): void {
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

/** What was deleted or changed comes back, so that there is something to find to the end. */
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

/** Signs people in when they are first needed, and again when their sign-in has ended. */
function openSessions(url: string, agent: Agent) {
  const open = new Map<string, Promise<PortalSession>>()
  return {
    async complete(composed: Composed): Promise<Composed> {
      const { actor, route } = composed
      if (actor.email === undefined || !['portal', 'page'].includes(route.area)) return composed
      const opening = open.get(actor.email) ?? signIn(url, agent, actor.email)
      open.set(actor.email, opening)
      const { cookie, csrfToken } = await opening
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
