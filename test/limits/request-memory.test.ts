import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { openModules } from '../../bench/open-modules.ts'
import { createHolder, createProvider, issueProviderToken, issueToken } from '../../bench/tokens.ts'
import { openCommandLine } from '../cli/run-onpatient.ts'

/** What one request may take above rest. */
const mostMegabytes = 64
const skip = process.platform === 'linux' ? false : 'only Linux tells the most memory that a process had'

interface Costly {
  name: string
  token: string
  method: 'GET' | 'POST'
  path: string
  body?: object
}

test('no request takes more than 64 MB above rest, in a server of its own', { skip }, async (t) => {
  await using line = await openCommandLine({ DEMO: 'on', MAX_REQUESTS_PER_TOKEN: '1000000' })
  const child = line.start('serve')
  const [, address = ''] = await findLine(child.stdout, /runs at (\S+)/)
  child.stdout.resume()
  child.stderr.resume()
  const modules = await openModules(`sqlite:${join(line.folder, 'onpatient.db')}`)
  const [{ id: practiceId } = { id: '' }] = await modules.practices.list()
  const patients = await modules.records.list(
    { patientIds: [], practiceIds: [practiceId] },
    { type: 'Patient', pageSize: 5 },
  )
  const patientIds = patients.contents.map((content) => (JSON.parse(content) as { id: string }).id)
  const [patientId = ''] = patientIds
  const holder = await createHolder(modules, practiceId, patientIds)
  const patient = await issueToken(modules, holder, patientId)
  const practice = await issueProviderToken(modules, await createProvider(modules, practiceId, holder))
  await modules.close()

  const ask = async ({ token, method, path, body }: Costly) => {
    const response = await fetch(`${address}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    let bytes = 0
    for await (const chunk of response.body ?? []) bytes += chunk.length
    return { status: response.status, bytes }
  }
  const pid = child.pid ?? 0
  // Once each, small: the rest has the program, its tables and its connections in it.
  for (const each of costly(1)) await ask(each)
  for (let asked = 0; asked < 300; asked++)
    await ask({ name: 'list', token: patient, method: 'GET', path: '/fhir/r4/Observation?_count=50' })
  for (const each of costly(1)) await ask(each)
  const peaks: string[] = []
  let worst = 0
  for (const each of costly(1000)) {
    const rest = await readMegabytes(pid, 'VmRSS')
    // The most that the process had begins anew.
    await writeFile(`/proc/${pid}/clear_refs`, '5')
    const { status, bytes } = await ask(each)
    assert.equal(status, 200, each.name)
    const above = (await readMegabytes(pid, 'VmHWM')) - rest
    peaks.push(
      `${each.name}: ${Math.round(above)} MB above ${Math.round(rest)} for ${Math.round(bytes / 1024)} kB`,
    )
    worst = Math.max(worst, above)
  }
  t.diagnostic(peaks.join(', '))
  assert.ok(worst < mostMegabytes, peaks.join('\n'))
  child.kill()
  await once(child, 'exit')

  /** `size`: 1000 is as much as the bounds allow, or more. */
  function costly(size: number): Costly[] {
    const bundle = (type: string, length: number, entry: (index: number) => object) => ({
      resourceType: 'Bundle',
      type,
      entry: Array.from({ length }, (_, index) => entry(index)),
    })
    const read = (url: string) => ({ request: { method: 'GET', url } })
    const everything = `Patient/${patientId}/$everything?_count=${size}`
    const get = (name: string, token: string, path: string): Costly => ({ name, token, method: 'GET', path })
    const post = (name: string, token: string, body: object): Costly => ({
      ...{ name, token, method: 'POST', path: '/fhir/r4', body },
    })
    return [
      post(
        'batch of $everything',
        patient,
        bundle('batch', Math.ceil(size / 4), () => read(everything)),
      ),
      get('$everything', practice, `/fhir/r4/${everything}`),
      get('search of a panel', practice, `/fhir/r4/Observation?_sort=-_lastUpdated&_count=${size}`),
      get('history of a type', practice, `/fhir/r4/Observation/_history?_count=${size}`),
      get(
        'includes',
        practice,
        `/fhir/r4/Encounter?_include:iterate=*&_revinclude=Observation:encounter&_count=${size}`,
      ),
      get('classic list', practice, `/onpatient_api/fhir/Observation?page-size=${size}`),
      post(
        'transaction',
        practice,
        bundle('transaction', size * 2, (index) => ({
          request: { method: 'PUT', url: `Observation/memory-${size}-${index}` },
          resource: {
            resourceType: 'Observation',
            id: `memory-${size}-${index}`,
            status: 'final',
            code: { text: 'x'.repeat(1000) },
            subject: { reference: `Patient/${patientId}` },
          },
        })),
      ),
    ]
  }
})

async function findLine(stream: NodeJS.ReadableStream, pattern: RegExp): Promise<RegExpExecArray> {
  for await (const text of createInterface({ input: stream })) {
    const found = pattern.exec(text)
    if (found) return found
  }
  throw new Error('the server did not start')
}

async function readMegabytes(pid: number, name: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const [, kilobytes] = new RegExp(`${name}:\\s+(\\d+)`).exec(status) ?? []
  return Number(kilobytes) / 1024
}
