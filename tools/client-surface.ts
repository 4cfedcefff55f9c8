/**
 * Prints what clients see of a server as JSON: paths with their methods, the CapabilityStatement, the discovery documents, the
 * settings and the error codes. Run it before and after a change that must change none of it, and compare:
 * `node tools/client-surface.ts > before.json`.
 */
import { subscribe } from 'node:diagnostics_channel'
import type { FastifyInstance } from 'fastify'
import { errorCatalogue } from '../server/errors.ts'
import { settingRows } from '../server/settings.ts'
import { startApp } from '../test/support/start-app.ts'

const documents = [
  '/fhir/r4/metadata',
  '/fhir/r4/.well-known/smart-configuration',
  '/onpatient_api/fhir/.well-known/smart-configuration',
  '/onpatient_api/fhir/metadata',
  '/api/fhir/metadata',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  '/.well-known/jwks.json',
]

const routes = new Set<string>()
subscribe('fastify.initialization', (message) => {
  const { fastify } = message as { fastify: FastifyInstance }
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) routes.add(`${url} ${each}`)
  })
})

const app = await startApp()

async function read(path: string): Promise<unknown> {
  const answer = await fetch(`${app.fhirUrl}${path}`)
  const text = (await answer.text()).replaceAll(String(app.port), 'PORT')
  const type = answer.headers.get('content-type')
  const body: unknown = type?.includes('json') ? JSON.parse(text, hideWhatVaries) : text.length
  return { status: answer.status, type, body }
}

/** Keys and times differ from start to start. */
function hideWhatVaries(name: string, value: unknown): unknown {
  return ['kid', 'x', 'y', 'n', 'date'].includes(name) ? '...' : value
}

const found: Record<string, unknown> = {}
for (const path of documents) found[path] = await read(path)

process.stdout.write(
  `${JSON.stringify(
    {
      paths: [...routes].sort(),
      documents: found,
      settings: settingRows.map(({ name }) => name),
      errors: errorCatalogue,
    },
    undefined,
    1,
  )}\n`,
)
await app[Symbol.asyncDispose]()
