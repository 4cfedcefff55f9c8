import type Provider from 'oidc-provider'
import type { ServerKeys, SigningKey } from '#server/keys/keys.ts'
import { answeringStoreFailure } from './answering-store-failures.ts'
import type { EngineHook } from './exchange.ts'
import { replaceSigningKeys } from './oidc-internals.ts'

/** When any process has rotated the keys, this process publishes the new key, and later signs with it, without a restart. */
export function takeUpNewKeys(provider: Provider, { keys }: { keys: ServerKeys }): EngineHook {
  let current: SigningKey[] | undefined
  const listPublished = answeringStoreFailure(keys.signing.listPublished)
  return async (_ctx, next) => {
    const published = await listPublished()
    if (published !== current) replaceSigningKeys(provider, published)
    current = published
    await next()
  }
}
