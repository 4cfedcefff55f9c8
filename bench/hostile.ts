import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createPasswords } from '#server/accounts/passwords.ts'
import { signIn } from '../test/support/authorize.ts'
import { openBrowser } from '../test/support/browser.ts'
import type { Databases } from './databases.ts'
import type { Figure } from './figures.ts'
import { createFilling } from './fill.ts'
import type { HostileClient } from './hostile-clients.ts'
import { type OpenModules, openModules } from './open-modules.ts'
import { peakMegabytes, startServer } from './processes.ts'
import { get, listIds } from './reads.ts'
import { createHolder, createProvider, issueProviderToken, issueToken } from './tokens.ts'

/** What those who do nothing wrong ask meanwhile: so many ms between two requests. */
interface Bystander {
  work: string
  /** The 99th percentile that is wanted under attack, in ms. */
  goalMs?: number
  everyMs: number
  ask(): Promise<void>
}

const hostileClients = 10
const password = 'a-long-enough-password'

/**
 * The 99th percentile of a patient's read, of a sign-in and of /healthz, alone and while ten clients send the costliest requests
 * that their tokens allow, to a practice of so many records; with the settings that users get.
 */
export async function measureHostile(
  databases: Databases,
  { records, seconds }: { records: number; seconds: number },
): Promise<Figure[]> {
  const database = await databases.create()
  const modules = await openModules(database.url)
  const filling = await createFilling(modules, Math.ceil(records / 230))
  const { practiceId } = await filling.fillTo(modules, records)
  const { patientIds } = filling
  const holder = await createHolder(modules, practiceId, patientIds.slice(0, 20))
  const provider = await createProvider(modules, practiceId, holder)
  const server = await startServer(database.url, { LOG_LEVEL: 'info' })
  const url = server.address
  const [patientId = ''] = patientIds
  const reader = { url, token: await issueToken(modules, holder, patientId) }
  const passwords = createPasswords()
  const passwordHash = await passwords.hash(password)
  const ids = await listIds(reader, 'Observation')
  const clients: HostileClient[] = []
  for (let index = 0; index < hostileClients; index++)
    clients.push(await hostileClient(modules, { holder, provider, url, patientIds, index }))
  const bystanders: Bystander[] = [
    {
      work: "a patient's read",
      goalMs: 50,
      everyMs: 20,
      ask: async () =>
        void (await get(reader, `/fhir/r4/Observation/${ids[Math.floor(Math.random() * ids.length)]}`)),
    },
    {
      work: '/healthz',
      goalMs: 50,
      everyMs: 20,
      ask: async () => void (await (await fetch(`${url}/healthz`)).text()),
    },
    { work: 'a sign-in', goalMs: 50, everyMs: 300, ask: () => signInOnce(url) },
    // What no server does faster on this machine: the hash that a sign-in needs, in a process of its own.
    {
      work: 'the hash of a password beside the server',
      everyMs: 300,
      ask: async () => void (await passwords.isRight(password, passwordHash)),
    },
  ]
  const alone = await measure(bystanders, seconds)
  const restMegabytes = peakMegabytes(server.pid) ?? 0
  const attack = fork(join(import.meta.dirname, 'hostile-clients.ts'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  attack.send({ url, clients })
  // The first requests find the server cold.
  await measure(bystanders, 3)
  const attacked = await measure(bystanders, seconds)
  attack.send('stop')
  const [statuses] = (await once(attack, 'message')) as [Record<string, number>]
  const peak = peakMegabytes(server.pid) ?? 0
  await server.stop()
  await modules.close()
  return [
    ...bystanders.map(({ work, goalMs }) => ({
      work: `p99 of ${work} while ten hostile clients ask; alone (floor)`,
      ...(goalMs === undefined ? {} : { goal: { atMost: goalMs } }),
      measured: percentile(attacked.get(work) ?? [], 0.99),
      unit: 'ms',
      floor: percentile(alone.get(work) ?? [], 0.99),
    })),
    ...bystanders.map(({ work }) => ({
      work: `median of ${work}`,
      measured: percentile(attacked.get(work) ?? [], 0.5),
      unit: 'ms',
      floor: percentile(alone.get(work) ?? [], 0.5),
    })),
    {
      work: 'memory of the server at its most; before the attack (floor)',
      measured: peak,
      unit: 'MB',
      floor: restMegabytes,
    },
    {
      work: `answers to the hostile clients: ${JSON.stringify(statuses)}`,
      measured: Object.values(statuses).reduce((sum, each) => sum + each, 0),
      unit: 'answers',
    },
  ]
}

async function measure(bystanders: readonly Bystander[], seconds: number): Promise<Map<string, number[]>> {
  const end = performance.now() + seconds * 1000
  const times = new Map(bystanders.map(({ work }) => [work, [] as number[]]))
  await Promise.all(
    bystanders.map(async ({ work, everyMs, ask }) => {
      while (performance.now() < end) {
        const startedAt = performance.now()
        await askAgainWhenReset(ask)
        times.get(work)?.push(performance.now() - startedAt)
        await new Promise((done) => setTimeout(done, everyMs))
      }
    }),
  )
  return times
}

/** A connection that lies idle may be closed by the server in the moment in which it is used: every client asks again then. */
async function askAgainWhenReset(ask: () => Promise<void>): Promise<void> {
  try {
    await ask()
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } }
    if (cause?.code !== 'ECONNRESET' && cause?.code !== 'UND_ERR_SOCKET') throw error
    await ask()
  }
}

/** The form that is sent and its answer: what the server does at a sign-in. */
async function signInOnce(url: string): Promise<void> {
  const browser = openBrowser()
  const page = await browser.get(`${url}/signin`)
  const answer = await signIn(browser, page, 'bench@example.com', password)
  if (answer.status !== 303) throw new Error(`the sign-in answered ${answer.status}`)
}

function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

interface Attack {
  holder: Awaited<ReturnType<typeof createHolder>>
  provider: Awaited<ReturnType<typeof createProvider>>
  url: string
  patientIds: readonly string[]
  index: number
}

/** Half of them are patients, the others have the panel of the practice and write. */
async function hostileClient(
  modules: OpenModules,
  { holder, provider, patientIds, index }: Attack,
): Promise<HostileClient> {
  const patientId = patientIds[1 + index] ?? ''
  const isPatient = index % 2 === 0
  const token = isPatient
    ? await issueToken(modules, holder, patientId)
    : await issueProviderToken(modules, provider)
  return { token, requests: isPatient ? patientRequests(patientId) : panelRequests(patientId, index) }
}

const bundle = (type: 'batch' | 'transaction', entry: object[]) => ({
  method: 'POST',
  path: '/fhir/r4',
  body: { resourceType: 'Bundle', type, entry },
})

export function patientRequests(patientId: string): HostileClient['requests'] {
  const everything = `Patient/${patientId}/$everything?_count=1000`
  const read = (url: string) => ({ request: { method: 'GET', url } })
  return [
    bundle(
      'batch',
      Array.from({ length: 600 }, () => read(everything)),
    ),
    { method: 'GET', path: `/fhir/r4/${everything}` },
    {
      method: 'GET',
      path: '/fhir/r4/Encounter?_include:iterate=*&_revinclude:iterate=Observation:encounter&_revinclude:iterate=Provenance:target&_count=1000',
    },
    bundle(
      'batch',
      Array.from({ length: 300 }, () => read('Observation?_sort=-_lastUpdated&_count=1000')),
    ),
    {
      method: 'GET',
      path: '/fhir/r4/Observation?encounter:Encounter.participant:Practitioner.name=a&_count=1000',
    },
  ]
}

export function panelRequests(patientId: string, index: number): HostileClient['requests'] {
  const observation = (id: string) => ({
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { text: 'x'.repeat(100) },
    subject: { reference: `Patient/${patientId}` },
  })
  const many = Array.from({ length: 400 }, (_, at) => `hostile-${index}-${at}`)
  const search = (path: string) => ({ method: 'GET', path: `/fhir/r4/${path}` })
  return [
    search('Observation/_history?_count=1'),
    search('Observation?_sort=-_lastUpdated&_count=1000'),
    search('Observation?encounter:Encounter.date=ge2020&_count=1000'),
    search('Observation?value-quantity=gt5&_total=accurate'),
    search('Patient?_has:Observation:patient:value-quantity=gt5&_count=1000'),
    search('Encounter?_has:Observation:encounter:value-quantity=gt5'),
    search(
      'Encounter?_revinclude=Observation:encounter&_revinclude:iterate=Provenance:target&_include:iterate=*&_count=1000',
    ),
    { method: 'GET', path: '/onpatient_api/fhir/Observation?page-size=1' },
    {
      method: 'POST',
      path: '/fhir/r4/Observation/_search',
      form: 'subject:Patient.name:contains=a&_count=1000',
    },
    bundle(
      'transaction',
      many.map((id) => ({ resource: observation(id), request: { method: 'PUT', url: `Observation/${id}` } })),
    ),
    bundle(
      'transaction',
      many.map((id) => ({ request: { method: 'DELETE', url: `Observation/${id}` } })),
    ),
    { method: 'DELETE', path: '/fhir/r4/Observation?value-quantity=gt5' },
    {
      method: 'POST',
      path: '/fhir/r4',
      body: { resourceType: 'Bundle', type: 'batch', x: 'a1.10,'.repeat(1_000_000) },
    },
  ]
}
