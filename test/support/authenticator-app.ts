import { Secret, TOTP } from 'otpauth'

/** The code that an authenticator app shows, `steps` of 30 seconds away from `now`. */
export function codeOf(secretText: string, now: Date, steps = 0): string {
  const totp = new TOTP({ secret: Secret.fromBase32(secretText), algorithm: 'SHA1', digits: 6, period: 30 })
  return totp.generate({ timestamp: now.getTime() + steps * 30_000 })
}
