import { createHmac } from 'node:crypto'
import { hashSecret, type Random, sameHash } from '../secrets.ts'

/** Marks a browser in which an account was signed in: it gives no access, it only keeps strangers' guesses apart. */
export interface KnownDevices {
  /** A new mark for a browser of the account. */
  mark(accountId: string): string
  isOf(mark: string, accountId: string): boolean
}

export function createKnownDevices(key: string, random: Random): KnownDevices {
  const sign = (text: string) => createHmac('sha256', key).update(text).digest('base64url')
  return {
    mark(accountId) {
      const text = `${accountId}.${random.bytes(12).toString('base64url')}`
      return `${text}.${sign(text)}`
    },
    isOf(mark, accountId) {
      const text = mark.slice(0, mark.lastIndexOf('.'))
      if (!text.startsWith(`${accountId}.`)) return false
      return sameHash(hashSecret(mark), hashSecret(`${text}.${sign(text)}`))
    },
  }
}
