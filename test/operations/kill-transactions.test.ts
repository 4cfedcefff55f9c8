import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Patient } from 'fhir/r4'
import { newSecret, systemRandom } from '#server/secrets.ts'
import { openModules } from '../../bench/open-modules.ts'
import { waitForAddress } from '../cli/run-onpatient.ts'
import { createDatabase } from './database-on-its-own.ts'
import { createMoments } from './random-moments.ts'

const seed = 11_242_026
const kills = 4
const writers = 6
const observationsPerBundle = 8
const mark = 'urn:bundle'

/** A practice whose staff may write, by a token. */
async function createWriter(url: string) {
  const modules = await openModules(url)
  const { accounts, practices, applications, grants } = modules
  const email = 'dr@example.com'
  const account = await accounts.create({ email, password: 'a-long-enough-password', displayName: 'Dr.' })
  const practice = await practices.createForProvider(account, 'South Clinic')
  const [association] = await practices.listAssociations(account.id)
  const { application } = await applications.create(account.id, {
    name: 'Writer',
    kind: 'confidential',
    redirectUris: ['https://app.example.com/cb'],
    scopes: ['user/*.read'],
  })
  // People do not give applications leave to write yet; the grant does.
  const scopes = ['user/*.cruds']
  const expiresAt = new Date(Date.now() + 3600 * 1000)
  const grant = await grants.create({
    accountId: account.id,
    applicationId: application.id,
    scopes,
    associationIds: [association?.id ?? ''],
    expiresAt,
  })
  const token = newSecret('ops', systemRandom)
  await grants.storeAccessToken({ token, grantId: grant.id, scopes, expiresAt })
  await modules.close()
  return { token, practiceId: practice.id }
}

/** A new patient with observations; each record tells of which Bundle it is. */
function aBundle(name: string) {
  const fullUrl = `urn:uuid:${crypto.randomUUID()}`
  const identifier = [{ system: mark, value: name }]
  const post = (resourceType: string) => ({ method: 'POST', url: resourceType })
  const observation = (index: number) => ({
    resourceType: 'Observation',
    status: 'final',
    identifier,
    code: { coding: [{ system: 'http://loinc.org', code: '11524-6' }] },
    subject: { reference: fullUrl },
    effectiveDateTime: '2026-01-02',
    valueQuantity: { value: index, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
  })
  const patient = { resourceType: 'Patient', identifier, name: [{ family: 'Vale' }], gender: 'female' }
  const observations = Array.from({ length: observationsPerBundle }, (_, index) => observation(index))
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      { fullUrl, resource: patient, request: post('Patient') },
      ...observations.map((resource) => ({ resource, request: post('Observation') })),
    ],
  }
}

function startServer(databaseUrl: string): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, '../../server/cli/onpatient.js'), 'serve'], {
    env: { ...process.env, DATABASE_URL: databaseUrl, PORT: '0', DEMO: 'off', LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** Sends Bundle after Bundle until the server is gone; adds the name of each that was acknowledged. */
async function sendBundles(address: string, token: string, name: string, acknowledged: Set<string>) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' }
  for (let sent = 0; ; sent++) {
    const body = JSON.stringify(aBundle(`${name}-${sent}`))
    try {
      const answer = await fetch(`${address}/fhir/r4`, { method: 'POST', headers, body })
      const text = await answer.text()
      assert.equal(answer.status, 200, text)
      acknowledged.add(`${name}-${sent}`)
    } catch (error) {
      // `fetch failed` and `terminated` are TypeErrors.
      if (error instanceof TypeError) return
      throw error
    }
  }
}

/** How many records of each Bundle there are. */
async function countByBundle(url: string, practiceId: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  const modules = await openModules(url)
  for await (const { records } of modules.records.walk(practiceId))
    for (const { content } of records) {
      const { identifier } = JSON.parse(content) as Patient
      const name = identifier?.find(({ system }) => system === mark)?.value
      if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1)
    }
  await modules.close()
  return counts
}

test('a server that is killed in the middle of transactions keeps every acknowledged Bundle, and each as a whole', async () => {
  await using database = await createDatabase()
  const { url } = database
  const { token, practiceId } = await createWriter(url)
  const moment = createMoments(seed)
  const acknowledged = new Set<string>()
  for (let killed = 0; killed < kills; killed++) {
    const child = startServer(url)
    const ended = once(child, 'exit')
    const { portalUrl } = await waitForAddress(child)
    const sending = Array.from({ length: writers }, (_, writer) =>
      sendBundles(portalUrl, token, `${killed}-${writer}`, acknowledged),
    )
    const before = acknowledged.size
    while (acknowledged.size < before + 5) await Promise.race([sleep(2), ...sending])
    await sleep(moment() * 300)
    child.kill('SIGKILL')
    await Promise.all([ended, ...sending])
  }
  const counts = await countByBundle(url, practiceId)
  for (const name of acknowledged) assert.ok(counts.has(name), `${name} was acknowledged and is gone`)
  for (const [name, count] of counts)
    assert.equal(count, 1 + observationsPerBundle, `${name} is half-written`)
  assert.ok(acknowledged.size >= kills * 5)
})
