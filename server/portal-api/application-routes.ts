import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import type { SignIn } from '#server/accounts/accounts.ts'
import type { Application, SecretSummary, Warning } from '#server/applications/applications.ts'
import { getSignedIn } from '../http/browser.ts'
import type {
  Application as ApplicationAnswer,
  ApplicationPage,
  NewSecret,
  SavedApplication,
} from './answers.ts'
import { getOwnedApplication } from './owned-application.ts'
import { parseInput } from './parse-input.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'

const link = z
  .string()
  .max(4000)
  .nullish()
  .transform((text) => text ?? undefined)
// The module `applications` checks addresses and scopes, and says what to change. Here only their form and size are checked.
const applicationForm = z.strictObject({
  name: z.string().max(500),
  kind: z.enum(['confidential', 'public']),
  redirectUris: z.array(z.string().max(4000)).max(100),
  postLogoutRedirectUris: z.array(z.string().max(4000)).max(100).optional(),
  scopes: z.array(z.string().max(500)).max(500),
  logoUri: link,
  policyUri: link,
  tosUri: link,
  launchUri: link,
  legacyUrlParameters: z.boolean().optional(),
  authentication: z.enum(['secret', 'key', 'none']).optional(),
  jwks: z
    .unknown()
    .transform((keys) => keys ?? undefined)
    .optional(),
  jwksUri: link,
  requiresPar: z.boolean().optional(),
  requiresDpop: z.boolean().optional(),
})
const listQuery = z.strictObject({
  // PostgreSQL takes no NUL in a text.
  search: z
    .string()
    .max(200)
    .transform((text) => text.replaceAll('\0', ''))
    .optional(),
  order: z.enum(['oldest', 'newest', 'name']).default('newest'),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  offset: z.coerce.number().int().min(0).max(10_000).default(0),
})
const rotation = z.strictObject({
  overlapSeconds: z
    .int()
    .min(0)
    .max(30 * 24 * 3600),
})

/** The applications that the account has registered. */
export function applicationRoutes({ accounts, applications }: PortalApiDeps): FastifyPluginAsync {
  /** Nobody must make or change a service that reaches whole panels in a browser that somebody left open. */
  function assertProvenForService(
    signIn: SignIn,
    { scopes, authentication }: { scopes: readonly string[]; authentication: string | undefined },
  ): void {
    const isService = authentication === 'key' && scopes.some((scope) => /(^|\s)system\//.test(scope))
    if (isService) accounts.factors.assertProven(signIn)
  }

  /** Warnings that the developer sees at any time: unwise addresses, and a change to which practices have not agreed. */
  async function listWarnings(application: Application): Promise<Warning[]> {
    const change =
      application.authentication === 'key' ? await applications.changes.find(application.id) : undefined
    const waiting = change?.changes.map(({ field, from, to }) => ({
      field: field === 'logo' ? 'logoUri' : field === 'keys' ? 'jwks' : field,
      message: `The change of ${field} from "${from}" to "${to}" waits for the practices that approved this service. Until they agree, "${from}" counts.`,
    }))
    return [...applications.warn(application), ...(waiting ?? [])]
  }

  async function toJson(application: Application): Promise<ApplicationAnswer<Date>> {
    const secrets = await applications.listSecrets(application.id)
    return { ...toApplicationJson(application, secrets), warnings: await listWarnings(application) }
  }

  return async (app) => {
    app.get('/applications', async (request): Promise<ApplicationPage<Date>> => {
      const { account } = getSignedIn(request)
      const page = parseInput(listQuery, request.query)
      const { applications: owned, count } = await applications.listOwned(account.id, page)
      const end = page.offset + owned.length
      return {
        applications: await Promise.all(owned.map(toJson)),
        count,
        next: end < count ? end : null,
      }
    })

    app.post('/applications', async (request, reply) => {
      const { account, signIn } = getSignedIn(request)
      const form = parseInput(applicationForm, request.body)
      assertProvenForService(signIn, { ...form, authentication: form.authentication })
      const { application, secret, warnings } = await applications.create(account.id, form)
      return reply.code(201).send({
        application: await toJson(application),
        secret: secret ?? null,
        warnings,
      } satisfies NewSecret<Date>)
    })

    app.get('/applications/:id', async (request) => {
      return { application: await toJson(await getOwnedApplication({ applications }, request)) }
    })

    app.put('/applications/:id', async (request): Promise<SavedApplication<Date>> => {
      const { account, signIn } = getSignedIn(request)
      const { id, authentication } = await getOwnedApplication({ applications }, request)
      const form = parseInput(applicationForm, request.body)
      assertProvenForService(signIn, { ...form, authentication: form.authentication ?? authentication })
      const { application } = await applications.update(account.id, id, form)
      const json = await toJson(application)
      return { application: json, warnings: json.warnings }
    })

    app.delete('/applications/:id', async (request, reply) => {
      const { account } = getSignedIn(request)
      const { id } = await getOwnedApplication({ applications }, request)
      await applications.remove(account.id, id)
      return reply.code(204).send()
    })

    app.post('/applications/:id/secrets', async (request, reply) => {
      const { account } = getSignedIn(request)
      const owned = await getOwnedApplication({ applications }, request)
      const { overlapSeconds } = parseInput(rotation, request.body)
      const secret = await applications.rotateSecret(account.id, owned.id, overlapSeconds)
      return reply
        .code(201)
        .send({ application: await toJson(owned), secret, warnings: [] } satisfies NewSecret<Date>)
    })
  }
}

function toApplicationJson(application: Application, secrets: readonly SecretSummary[]) {
  const { id, name, kind, scopes, redirectUris, legacyUrlParameters, createdAt, updatedAt } = application
  return {
    id,
    name,
    kind,
    scopes,
    redirectUris,
    postLogoutRedirectUris: application.postLogoutRedirectUris,
    logoUri: application.logoUri ?? null,
    policyUri: application.policyUri ?? null,
    tosUri: application.tosUri ?? null,
    launchUri: application.launchUri ?? null,
    requiresAudience: application.requiresAudience,
    authentication: application.authentication,
    jwks: application.jwks ?? null,
    jwksUri: application.jwksUri ?? null,
    requiresPar: application.requiresPar,
    requiresDpop: application.requiresDpop,
    legacyUrlParameters,
    createdAt,
    updatedAt,
    // The fields are named one by one, so that a later field of a secret does not go out by itself.
    secrets: secrets.map((secret) => ({
      id: secret.id,
      createdAt: secret.createdAt,
      expiresAt: secret.expiresAt ?? null,
    })),
  }
}
