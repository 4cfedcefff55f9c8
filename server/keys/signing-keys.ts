import { createPrivateKey, generateKeyPairSync, type JsonWebKey, randomUUID, sign } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Db } from '../store/store.ts'

/** A private key that signs id_tokens, with its key id. */
export type SigningKey = JsonWebKey & { kid: string; alg: string; use: 'sig' }

/** What `list` tells of a key; the private part stays inside. */
export interface SigningKeySummary {
  kid: string
  createdAt: Date
  state: 'announced' | 'signing' | 'retired'
}

/** The keys of id_tokens, which rotate: every process reads them anew, so that none has to be restarted. */
export interface SigningKeys {
  /** The signing key first, then those that are published beside it. Read from the database at most every 30 seconds. */
  listPublished(): Promise<SigningKey[]>
  /**
   * Makes a new key. It is published at once and signs two minutes later, when every process and most clients know it;
   * the old one stays published for as long as an id_token that it signed may live. `atOnce`, for a key that others may
   * know: the old ones are withdrawn, and the new one signs as soon as a process reads it.
   */
  rotate(options?: { atOnce?: boolean }): Promise<SigningKeySummary>
  list(): Promise<SigningKeySummary[]>
  /** How many keys are stored, and which of them cannot sign; for checks by the operator. Makes none. */
  examine(): Promise<{ all: number; broken: string[] }>
}

/** What id_tokens live, in seconds. */
export const idTokenSeconds = 3600

const announcedMs = 2 * 60 * 1000
const readEveryMs = 30 * 1000
/** Clients may let clocks differ. */
const marginMs = 5 * 60 * 1000
const firstName = 'signing-rs256'

interface Stored {
  name: string
  key: SigningKey
  createdAt: number
}

export function createSigningKeys({ db, clock }: { db: Db; clock: Clock }): SigningKeys {
  const now = () => clock.now().getTime()
  let remembered: { keys: SigningKey[]; readAt: number } | undefined

  function readRows() {
    // The table holds a handful of rows, and is read at most every 30 seconds.
    return db
      .selectFrom('server_key')
      .selectAll()
      .where((eb) => eb.or([eb('name', '=', firstName), eb('name', 'like', `${firstName}/%`)]))
      .orderBy('created_at')
      .orderBy('name')
      .execute()
  }

  async function read(): Promise<Stored[]> {
    const rows = await readRows()
    return rows.map(({ name, value, created_at }) => ({
      name,
      key: JSON.parse(value) as SigningKey,
      createdAt: created_at,
    }))
  }

  async function insert(name: string): Promise<void> {
    await db
      .insertInto('server_key')
      .values({ name, value: makeSigningKey(), created_at: now() })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute()
  }

  async function readOrMake(): Promise<Stored[]> {
    const stored = await read()
    if (stored.length > 0) return stored
    // Two processes that start together end up with the same first key.
    await insert(firstName)
    return read()
  }

  return {
    async listPublished() {
      if (remembered && Math.abs(now() - remembered.readAt) < readEveryMs) return remembered.keys
      const stored = await readOrMake()
      const keys = publishedOf(stored, now()).map(({ key }) => key)
      remembered = { keys, readAt: now() }
      return keys
    },
    async rotate({ atOnce = false } = {}) {
      // At once, none of them is looked at: a broken one must not keep itself.
      const older = atOnce ? [] : await readOrMake()
      const names = atOnce ? (await readRows()).map((each) => each.name) : older.map((each) => each.name)
      const name = `${firstName}/${String(now()).padStart(15, '0')}-${randomUUID()}`
      await insert(name)
      const kept = publishedOf(older, now()).map((each) => each.name)
      for (const each of names)
        if (!kept.includes(each)) await db.deleteFrom('server_key').where('name', '=', each).execute()
      remembered = undefined
      const made = (await read()).find((each) => each.name === name)
      if (!made) throw new Error('the new key is not in the database')
      return {
        kid: made.key.kid,
        createdAt: new Date(made.createdAt),
        state: atOnce ? 'signing' : 'announced',
      }
    },
    async examine() {
      const rows = await readRows()
      const broken = rows.filter(({ value }) => !canSign(value)).map(({ name }) => name)
      return { all: rows.length, broken }
    },
    async list() {
      const stored = await readOrMake()
      const signing = signingOf(stored, now())
      return stored.map((each) => ({
        kid: each.key.kid,
        createdAt: new Date(each.createdAt),
        state:
          each === signing ? 'signing' : each.createdAt > (signing?.createdAt ?? 0) ? 'announced' : 'retired',
      }))
    },
  }
}

/** The newest that was announced long enough; else the oldest. */
function signingOf(stored: Stored[], now: number): Stored | undefined {
  return stored.findLast(({ createdAt }) => createdAt + announcedMs <= now) ?? stored[0]
}

function publishedOf(stored: Stored[], now: number): Stored[] {
  const signing = signingOf(stored, now)
  if (!signing) return []
  const others = stored.filter((each, index) => {
    const successor = stored[index + 1]
    // Nothing was signed by it after its successor took over.
    const lastUse = successor ? successor.createdAt + announcedMs : Number.POSITIVE_INFINITY
    return each !== signing && lastUse + idTokenSeconds * 1000 + marginMs > now
  })
  return [signing, ...others]
}

function canSign(value: string): boolean {
  try {
    const key = createPrivateKey({ key: JSON.parse(value) as JsonWebKey, format: 'jwk' })
    return sign('sha256', Buffer.from('a test'), key).length > 0
  } catch {
    return false
  }
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
