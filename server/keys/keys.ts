import type { Clock } from '../clock.ts'
import type { Random } from '../secrets.ts'
import type { Db } from '../store/store.ts'
import { createSigningKeys, type SigningKeys } from './signing-keys.ts'

export { findKeyWeakness } from './key-weakness.ts'
export { idTokenSeconds, type SigningKey, type SigningKeys } from './signing-keys.ts'

/** The server's own keys: made once per database, so that every process and every restart has the same. */
export interface ServerKeys {
  /** Signs the cookies of the authorization engine. */
  cookie: string
  /** Binds form tokens to a sign-in. */
  form: string
  /** Seals the cursors of lists; 32 bytes in base64url. */
  cursor: string
  /** Seals the secrets of authenticator apps; 32 bytes in base64url. */
  factor: string
  signing: SigningKeys
}

/** Reads the keys, making those that are missing. Two processes that start together end up with the same ones. */
export async function loadServerKeys(db: Db, clock: Clock, random: Random): Promise<ServerKeys> {
  const get = (name: string, make: () => string) => getOrMake(db, clock, name, make)
  const secret = () => random.bytes(32).toString('base64url')
  return {
    cookie: await get('cookie', secret),
    form: await get('form', secret),
    cursor: await get('cursor', secret),
    factor: await get('factor', secret),
    signing: createSigningKeys({ db, clock }),
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
