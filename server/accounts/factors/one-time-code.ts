/** RFC 6238, time-based one-time passwords: https://www.rfc-editor.org/rfc/rfc6238 */
import { Secret, TOTP } from 'otpauth'

/** The form that every authenticator app understands: six digits, SHA-1, a new code every 30 seconds. */
const form = { algorithm: 'SHA1', digits: 6, period: 30 } as const

/** 160 bits, as long as the output of the hash (RFC 4226 §4, R6). */
export const secretBytes = 20

/** The codes of the step before and after count, too, because clocks differ and typing takes time (RFC 6238 §5.2). */
const toleratedSteps = 1

/** The time step of a code, in 30-second steps since 1970; undefined when it is not the code of a step around now. */
export function findStep(secret: Uint8Array<ArrayBuffer>, code: string, now: Date): number | undefined {
  const timestamp = now.getTime()
  const delta = totpOf(secret).validate({ token: code, timestamp, window: toleratedSteps })
  return delta === null ? undefined : Math.floor(timestamp / (form.period * 1000)) + delta
}

/** The latest step whose code can be right now. */
export function latestStep(now: Date): number {
  return Math.floor(now.getTime() / (form.period * 1000)) + toleratedSteps
}

/** The secret in base32, for typing, and in the form that apps read from a QR code. */
export function describeSecret(
  secret: Uint8Array<ArrayBuffer>,
  email: string,
): { text: string; uri: string } {
  const totp = totpOf(secret, email)
  return { text: totp.secret.base32, uri: totp.toString() }
}

function totpOf(secret: Uint8Array<ArrayBuffer>, label = ''): TOTP {
  return new TOTP({ ...form, issuer: 'onpatient', label, secret: new Secret({ buffer: secret.buffer }) })
}
