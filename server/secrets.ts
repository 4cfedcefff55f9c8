import { hash, randomBytes, timingSafeEqual } from 'node:crypto'

/** Where every part of the server takes randomness from; tests may pass a repeatable one. */
export interface Random {
  /** Cryptographically strong bytes. */
  bytes(length: number): Buffer
}

export const systemRandom: Random = { bytes: randomBytes }

/**
 * What the first letters of an identifier tell: ids are public names, secrets are never stored or logged.
 * A leak scanner can search for the prefixes of the second group.
 */
export type IdPrefix =
  | 'acc'
  | 'prac'
  | 'asn'
  | 'app'
  | 'gr'
  | 'inv'
  | 'sec'
  | 'req'
  | 'sig'
  | 'apr'
  | 'pk'
  | 'mail'
  | 'chg'
  | 'job'
export type SecretPrefix = 'ops' | 'si' | 'lnk' | 'rat' | 'irt' | 'psi' | 'brw' | 'lau' | 'dev'

/** A public identifier with 120 random bits, for example `app_5tq0…`. */
export function newId(prefix: IdPrefix, random: Random): string {
  return `${prefix}_${random.bytes(15).toString('base64url').replaceAll('-', 'x').replaceAll('_', 'y')}`
}

/** A secret with 256 random bits, for example `ops_…`. Shown once, stored only as `hashSecret` of it. */
export function newSecret(prefix: SecretPrefix, random: Random): string {
  return `${prefix}_${random.bytes(32).toString('base64url')}`
}

/**
 * SHA-256 in hexadecimal: the form in which machine-made secrets and tokens are stored. They carry 256 random
 * bits, so a slow hash would add nothing; passwords go through argon2id instead.
 */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex')
}

/** Compares two stored hashes in constant time. */
export function sameHash(left: string, right: string): boolean {
  const a = Buffer.from(left, 'utf8')
  const b = Buffer.from(right, 'utf8')
  return a.length === b.length && timingSafeEqual(a, b)
}
