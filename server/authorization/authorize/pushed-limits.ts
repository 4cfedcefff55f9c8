import type { Adapter } from 'oidc-provider'
import type { Counted } from '#server/rate-limits/rate-limits.ts'
import type { Clock } from '../../clock.ts'
import { networkOf } from '../../network.ts'
import type { Db } from '../../store/store.ts'
import { addressOf } from '../engine/address-of.ts'
import { type EngineLimits, limitEngine } from '../engine/engine-limits.ts'
import { currentExchange } from '../engine/oidc-internals.ts'

const sweepEveryMs = 60_000

interface PushedLimitsDeps {
  db: Db
  clock: Clock
  rateLimits: EngineLimits
}

/**
 * Pushed requests are stored for a minute, before anybody has signed in.
 *
 * - An application that has proven who it is has a limit of its own. Strangers cannot use it up.
 * - Anybody can push in the name of a public application. Such a request counts against the network that it comes from, and against a limit
 *   of all such requests together.
 * - Expired requests are deleted as new ones come, so that the table has no more than one minute may bring.
 */
export function withPushedLimits(stored: Adapter, { db, clock, rateLimits }: PushedLimitsDeps): Adapter {
  let sweptAt = Number.NEGATIVE_INFINITY

  async function sweep(): Promise<void> {
    if (clock.ticks() - sweptAt < sweepEveryMs) return
    sweptAt = clock.ticks()
    // uses oidc_payload_expiry
    await db
      .deleteFrom('oidc_payload')
      .where('expires_at', '<=', clock.now().getTime())
      .where('kind', '=', 'PushedAuthorizationRequest')
      .execute()
  }

  return {
    ...stored,
    async upsert(id, payload, expiresIn) {
      const exchange = currentExchange()
      if (exchange) {
        const { client } = exchange.oidc
        const isProven = client !== undefined && client.tokenEndpointAuthMethod !== 'none'
        const counted: Counted[] = isProven
          ? [{ limit: 'pushedByApplication', subject: client.clientId }]
          : [
              { limit: 'pushedByAddress', subject: networkOf(addressOf(exchange.req)) },
              { limit: 'pushedRequests', subject: '' },
            ]
        limitEngine(rateLimits, exchange, counted)
      }
      await stored.upsert(id, payload, expiresIn)
      await sweep()
    },
  }
}
