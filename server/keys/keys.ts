import { generateKeyPairSync, type JsonWebKey, randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Random } from '../secrets.ts'
import type { Db } from '../store/store.ts'

/** A private key that signs id_tokens, with its key id. */
export type SigningKey = JsonWebKey & { kid: string; alg: string; use: 'sig' }

/** The server's own keys: made once per database, so that every process and every restart has the same. */
export interface ServerKeys {
  /** Signs the cookies of the authorization engine. */
  cookie: string
  /** Binds form tokens to a sign-in. */
  form: string
  /** Signs the cookie that tells a known browser. */
  device: string
  /** Seals the cursors of lists; 32 bytes in base64url. */
  cursor: string
  signing: SigningKey
}

/** Reads the keys, making those that are missing. Two processes that start together end up with the same ones. */
export async function loadServerKeys(db: Db, clock: Clock, random: Random): Promise<ServerKeys> {
  const get = (name: string, make: () => string) => getOrMake(db, clock, name, make)
  const secret = () => random.bytes(32).toString('base64url')
  return {
    cookie: await get('cookie', secret),
    form: await get('form', secret),
    device: await get('device', secret),
    cursor: await get('cursor', secret),
    signing: JSON.parse(await get('signing-rs256', makeSigningKey)) as SigningKey,
  }
}

async function getOrMake(db: Db, clock: Clock, name: string, make: () => string): Promise<string> {
  const read = () => db.selectFrom('server_key').select('value').where('name', '=', name).executeTakeFirst()
  const stored = await read()
  if (stored) return stored.value
  await db
    .insertInto('server_key')
    .values({ name, value: make(), created_at: clock.now().getTime() })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  return (await read())?.value ?? ''
}

/** RS256 is what every OpenID Connect client must understand (OpenID Connect Core §15.1). */
function makeSigningKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return JSON.stringify({
    ...privateKey.export({ format: 'jwk' }),
    kid: randomUUID(),
    alg: 'RS256',
    use: 'sig',
  })
}
