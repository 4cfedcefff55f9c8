import { domainToASCII, domainToUnicode } from 'node:url'
import { OnpatientError } from './errors.ts'

/** Beyond this nothing is an address (RFC 5321 §4.5.3.1: 64 octets, the @, and a domain of 255). */
const longest = 320

/**
 * The one form in which e-mail addresses are kept and compared: without space around it, composed (NFC), in lower case, the domain in
 * ASCII (IDNA). It is total: what is no address comes back as near to that form as it can be, and matches nothing new. Applied twice it
 * changes nothing.
 */
export function normalizeAddress(text: string): string {
  const trimmed = text.trim()
  if (trimmed.length > longest) return trimmed.toLowerCase()
  const whole = fold(trimmed)
  const at = whole.lastIndexOf('@')
  if (at === -1) return whole
  const domain = whole.slice(at + 1)
  // It reads more than names: "%2e" as a dot, "127.1" as a number, and nothing from a "/" on. Such domains stay what they are.
  const ascii = isName.test(domain) ? domainToASCII(domain) : ''
  return `${whole.slice(0, at)}@${isDomain(ascii) ? ascii : domain}`
}

/**
 * An address in that form. Throws `invalid-parameter` naming `field`, in words that say what is wrong.
 */
export function checkAddress(text: string, field: string): string {
  const address = normalizeAddress(text)
  const fault = findFault(address)
  if (fault === undefined) return address
  throw new OnpatientError('invalid-parameter', `Enter an e-mail address like name@example.com.${fault}`, {
    field,
  })
}

/** Of what a name can be made: letters, digits, hyphens and dots, and the letters of other scripts. */
const isName = /^(?:[a-z0-9.-]|[^\p{ASCII}\p{C}\p{Z}])+$/u

/** Composed again at last: a letter in lower case may compose with what follows it. */
function fold(text: string): string {
  return text.normalize('NFC').toLowerCase().normalize('NFC')
}

/** What is wrong, as a sentence after the first one; undefined for an address. */
function findFault(address: string): string | undefined {
  const parts = address.split('@')
  const [local = '', domain = ''] = parts
  if (parts.length !== 2 || local === '' || domain === '') return ''
  if (local.startsWith('.') || local.endsWith('.') || local.includes('..'))
    return ' Before the @ there is a dot too many.'
  // RFC 5321 §4.1.2 without quoted local parts; letters of any script (RFC 6531 §3.3).
  if (!/^[^\s@<>()[\],;:\\"\p{C}\p{Z}]+$/u.test(local))
    return ' Before the @ there is a sign that cannot be there.'
  if (Buffer.byteLength(local) > 64) return ' The part before the @ is too long.'
  if (!isDomain(domain)) return ' The part after the @ is not the name of a mail server.'
  return address.length <= 254 ? undefined : ' It is too long.'
}

/** At least two labels of letters, digits and hyphens (RFC 1123 §2.1), and no number of a machine. */
function isDomain(domain: string): boolean {
  const labels = domain.split('.')
  return (
    domain.length <= 253 &&
    labels.length >= 2 &&
    labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? '') &&
    // What stays as it is stands for no letters of any script.
    !/(^|\.)xn--/.test(domainToUnicode(domain))
  )
}

/**
 * Another text of the same address: mail servers read a domain in capitals as they read it in small letters (RFC 5321 §2.4). For an
 * account whose address another account has, too.
 */
export function respell(address: string): string {
  const at = address.lastIndexOf('@')
  return `${address.slice(0, at)}${address.slice(at).toUpperCase()}`
}

/** Whether an account's address is spelled in another way because another account has it. */
export function isShared(kept: string): boolean {
  return kept !== normalizeAddress(kept)
}
