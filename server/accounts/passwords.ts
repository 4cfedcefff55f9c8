import { hash, parseOptions, verify } from '@node-rs/argon2'
import { normalizeAddress } from '../addresses.ts'
import { OnpatientError } from '../errors.ts'
import { commonPasswords } from './common-passwords.ts'

/** The cost of one hash: memory in KiB, and passes over it. */
export interface PasswordCost {
  memoryKib: number
  passes: number
}

/** OWASP's recommendation for argon2id with one thread: 19 MiB and two passes. */
const defaultCost: PasswordCost = { memoryKib: 19_456, passes: 2 }

const minimumLength = 8
const maximumLength = 256

export interface Passwords {
  /** argon2id in PHC form. */
  hash(password: string): Promise<string>
  /** Takes as long for an account that does not exist (`undefined`) as for one that exists. */
  isRight(password: string, passwordHash: string | undefined): Promise<boolean>
  /** Whether a hash was made with another cost than today's. */
  isOutdated(passwordHash: string): boolean
}

export function createPasswords({ memoryKib, passes }: PasswordCost = defaultCost): Passwords {
  const cost = { memoryCost: memoryKib, timeCost: passes, parallelism: 1 }
  const hashPassword = (password: string) => hash(prepare(password), cost)
  let nobodysHash: Promise<string> | undefined
  return {
    hash: hashPassword,
    async isRight(password, passwordHash) {
      if (password.length > maximumLength) return false
      nobodysHash ??= hashPassword('the password of nobody')
      const matches = await verify(passwordHash ?? (await nobodysHash), prepare(password))
      return matches && passwordHash !== undefined
    },
    isOutdated(passwordHash) {
      const { memoryCost, timeCost } = parseOptions(passwordHash)
      return memoryCost !== cost.memoryCost || timeCost !== cost.timeCost
    },
  }
}

/** The same characters typed on two keyboards are the same password (NIST SP 800-63B §3.1.1.2). */
function prepare(password: string): string {
  return password.normalize('NFKC')
}

/**
 * A password must be long enough and not among the first guesses. There are no rules on digits and signs, because such rules make passwords
 * predictable (NIST SP 800-63B §3.1.1.2). Throws `invalid-parameter` on the field `password`.
 */
export function checkNewPassword(password: string, email: string): void {
  const fault = findFault(password, email)
  if (fault) throw new OnpatientError('invalid-parameter', fault, { field: 'password' })
}

function findFault(password: string, email: string): string | undefined {
  const length = [...password.normalize('NFKC')].length
  if (length < minimumLength)
    return `Use at least ${minimumLength} characters; a few unrelated words are easy to remember.`
  if (password.length > maximumLength) return `Use at most ${maximumLength} characters.`
  const plain = password.toLowerCase()
  if (commonPasswords.has(plain) || new Set(plain).size < 4)
    return 'This password is among the first that anybody would try. Choose another one.'
  if (normalizeAddress(plain) === normalizeAddress(email) || plain === email.split('@')[0])
    return 'The password must not be your e-mail address.'
  return undefined
}
