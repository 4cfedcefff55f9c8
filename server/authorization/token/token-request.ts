import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { asksToRefresh } from '#fhir/scope/context-scopes.ts'
import type { Clock } from '../../clock.ts'
import { answeringStoreFailure } from '../engine/answering-store-failures.ts'
import { type EngineLimits, limitEngine } from '../engine/engine-limits.ts'
import { wrapTokenHandlers } from '../engine/oidc-internals.ts'
import { findSmartFields, type SmartFieldsDeps } from './smart-fields.ts'
import type { TokenWrites } from './token-writes.ts'

interface TokenRequestDeps extends SmartFieldsDeps {
  writes: TokenWrites
  clock: Clock
  rateLimits: EngineLimits
}

/** Completes the engine's answer to a token request. Everything written for the request is stored before the answer is sent. */
export function answerTokenRequests(provider: Provider, deps: TokenRequestDeps): void {
  wrapTokenHandlers(provider, (handle) =>
    answeringStoreFailure((ctx) =>
      deps.writes.storeTogether(ctx, async () => {
        limitEngine(deps.rateLimits, ctx, [
          { limit: 'applicationTokens', subject: ctx.oidc.client?.clientId ?? '' },
        ])
        await handle(ctx)
        await addSmartFields(ctx, deps)
      }),
    ),
  )
}

/** Adds the fields beside the tokens, and the scopes that were really granted. */
async function addSmartFields(ctx: KoaContextWithOIDC, deps: TokenRequestDeps): Promise<void> {
  const body = ctx.body as Record<string, unknown>
  const scopes = String(body.scope ?? '').split(' ')
  // Clients such as fhirclient refresh only when the answer says that they may.
  const saysSo = asksToRefresh(scopes)
  if (body.refresh_token !== undefined && !saysSo) scopes.push('offline_access')
  body.scope = scopes.filter((scope) => scope !== '').join(' ')
  const grantId = ctx.oidc.entities.AccessToken?.grantId
  if (grantId === undefined) return
  const fields = await findSmartFields(grantId, deps)
  Object.assign(body, fields)
  const end = fields.access_grant_expiration
  if (typeof end !== 'string') return
  const remaining = Math.floor((Date.parse(end) - deps.clock.now().getTime()) / 1000)
  body.expires_in = Math.max(0, Math.min(Number(body.expires_in), remaining))
}
