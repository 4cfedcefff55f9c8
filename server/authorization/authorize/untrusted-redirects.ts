/** RFC 9700 §4.11.2: an authorization server must not send people to an address that a stranger chose. */
import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Accounts } from '#server/accounts/accounts.ts'
import type { Applications } from '#server/applications/applications.ts'
import { renderErrorPage } from '#server/pages/error-page.ts'
import type { EngineHook } from '../engine/exchange.ts'
import { describeOAuthError } from '../error-words.ts'

/** The address of the account that owns the applications of strangers. No mail ever arrives at this domain (RFC 6761 §6.4). */
export const keeperEmail = 'self-registered@onpatient.invalid'

interface Failure extends Error {
  error_description?: string | undefined
  error_detail?: string | undefined
}

interface UntrustedDeps {
  accounts: Pick<Accounts, 'find'>
  applications: Pick<Applications, 'find'>
}

/**
 * The person sees the fault of a request whose application has no known owner. Otherwise a stranger could mail links that begin with our
 * name and lead to the stranger's page, before the person was asked.
 */
export function keepFromUntrusted(provider: Provider, { accounts, applications }: UntrustedDeps): EngineHook {
  const faults = new WeakMap<object, Failure>()
  provider.on('authorization.error', (ctx, error) => faults.set(ctx, error))

  async function isTrusted(clientId: string): Promise<boolean> {
    const application = await applications.find(clientId)
    const owner = application && (await accounts.find(application.ownerAccountId))
    return owner !== undefined && owner.email !== keeperEmail
  }

  return async (ctx, next) => {
    await next()
    const fault = faults.get(ctx)
    const clientId = (ctx as unknown as KoaContextWithOIDC).oidc?.client?.clientId
    // After a decision of the person the way back has another path.
    if (!fault || clientId === undefined || ctx.path !== '/o/authorize/') return
    if (await isTrusted(clientId)) return
    ctx.response.remove('location')
    ctx.status = 400
    ctx.type = 'text/html; charset=utf-8'
    ctx.body = renderErrorPage({
      status: 400,
      title: 'This app could not be connected',
      message: describeOAuthError(fault.error_description ?? fault.message, fault.error_detail),
      requestId: String(ctx.res.getHeader('x-request-id') ?? ''),
    })
  }
}
