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
 * Pushed requests are stored, for a minute, before anybody has signed in. An application that has proven who it is answers for
 * its own; what a public one pushes anybody can, and it counts against the network that it comes from, and against
 * what all of these may push together: so strangers use up nothing of an application that has proven who it is. What is over is
 * deleted as new ones come, so that the table holds what one minute may bring and no more.
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
