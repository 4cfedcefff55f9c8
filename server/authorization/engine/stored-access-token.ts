import type { AdapterPayload } from 'oidc-provider'
import { hashSecret } from '../../secrets.ts'
import type { AdapterDeps } from './adapter-deps.ts'

interface AccessTokenRow {
  scopes: string
  issued_at: number
  expires_at: number
  jkt: string | null
}

/** The narrow table in which the access tokens of people and of backend services lie, as the adapters of both use it. */
export function storedAccessTokens({
  db,
  clock,
  grants,
  writes,
}: Pick<AdapterDeps, 'db' | 'clock' | 'grants' | 'writes'>) {
  return {
    /** With what else this token request writes. `expiresIn` in seconds. */
    async write(
      id: string,
      payload: AdapterPayload,
      of: { grantId: string; expiresIn: number },
    ): Promise<void> {
      const token = {
        token: id,
        grantId: of.grantId,
        scopes: (payload.scope ?? '').split(' '),
        expiresAt: new Date(clock.now().getTime() + of.expiresIn * 1000),
        keyThumbprint: payload.jkt,
      }
      await writes.add(grants.writeAccessToken(token))
    },
    /** What the engine reads of every kind of token. It compares `exp` with the time of the machine. */
    toPayload(id: string, row: AccessTokenRow, expiresAt = row.expires_at) {
      const shift = Date.now() - clock.now().getTime()
      return {
        jti: id,
        scope: row.scopes,
        iat: Math.floor(row.issued_at / 1000),
        exp: Math.floor((expiresAt + shift) / 1000),
        ...(row.jkt === null ? {} : { jkt: row.jkt }),
      }
    },
    async remove(id: string): Promise<void> {
      await db.deleteFrom('access_token').where('token_hash', '=', hashSecret(id)).execute()
    },
  }
}
