import type { FastifyRequest } from 'fastify'
import type { PresentedToken } from '#server/access/access.ts'
import type { Random } from '../../secrets.ts'

/**
 * The tokens of Bundles that are being answered. The request of an entry carries a name in place of the token: the proof of a
 * bound token (RFC 9449) is of the Bundle and used up, so that it cannot be sent once more. Whoever could guess a name
 * would have the token, so it is a secret that ends with the answer.
 */
export interface EntryTokens {
  lend<Result>(
    token: PresentedToken | undefined,
    work: (headers: Record<string, string>) => Promise<Result>,
  ): Promise<Result>
  /** Undefined when the request is not of an entry. */
  find(request: Pick<FastifyRequest, 'headers'>): PresentedToken | undefined
}

const header = 'x-onpatient-entry'

export function createEntryTokens(random: Random): EntryTokens {
  const lent = new Map<string, PresentedToken>()
  return {
    async lend(token, work) {
      const name = random.bytes(32).toString('base64url')
      if (token) lent.set(name, token)
      try {
        return await work({ [header]: name })
      } finally {
        lent.delete(name)
      }
    },
    find({ headers }) {
      const name = headers[header]
      return typeof name === 'string' ? lent.get(name) : undefined
    },
  }
}
