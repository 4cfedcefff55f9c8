import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Logger } from '../../logger.ts'

/** Details of an error that the engine keeps from the application. */
export type ErrorDetails = (exchange: object) => string | undefined

/** Listens to the engine's errors. */
export function listenToErrors(provider: Provider, { logger }: { logger: Logger }): ErrorDetails {
  const details = new WeakMap<object, string | undefined>()
  const remember = (ctx: KoaContextWithOIDC, error: { error_detail?: string | undefined }) => {
    details.set(ctx, error.error_detail)
  }
  provider.on('grant.error', remember)
  provider.on('revocation.error', remember)
  provider.on('introspection.error', remember)
  provider.on('pushed_authorization_request.error', remember)
  provider.on('authorization.error', remember)
  provider.on('server_error', (_ctx, error) =>
    logger.error({ err: error }, 'the authorization engine failed'),
  )
  return (exchange) => details.get(exchange)
}
