import type { FastifyReply, FastifyRequest } from 'fastify'
import { knownDeviceMs, type NewSignIn } from '#server/accounts/accounts.ts'
import { setSignInCookie } from '#server/http/browser.ts'

const deviceLifetimeSeconds = knownDeviceMs / 1000
const invitationLifetimeSeconds = 60 * 60
const pendingLifetimeSeconds = 10 * 60
const passkeyLifetimeSeconds = 5 * 60

/** The cookies of the account pages beside the sign-in itself. */
type Remembered = 'device' | 'invitation' | 'pending' | 'passkey'

function cookieName(name: Remembered, isSecure: boolean): string {
  return `${isSecure ? '__Host-' : ''}onpatient_${name}`
}

function keep(
  reply: FastifyReply,
  name: Remembered,
  value: string,
  { maxAge, isSecure }: { maxAge: number; isSecure: boolean },
): void {
  void reply.setCookie(cookieName(name, isSecure), value, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isSecure,
    maxAge,
  })
}

/**
 * Signs the browser in, and marks it as known to the account. Its later tries are not slowed down by the guesses of strangers. The mark outlives
 * the sign-in and gives no access by itself.
 */
export function rememberSignIn(reply: FastifyReply, signIn: NewSignIn, isSecure: boolean): void {
  setSignInCookie(reply, signIn, isSecure)
  keep(reply, 'device', signIn.deviceToken, { maxAge: deviceLifetimeSeconds, isSecure })
}

export function findKnownDevice(request: FastifyRequest, isSecure: boolean): string | undefined {
  return request.cookies[cookieName('device', isSecure)] || undefined
}

/**
 * Keeps the secret of an invitation while the person signs in. So it need not stand in the address of the sign-in page, in the log and in the
 * browser's history.
 */
export function rememberInvitation(reply: FastifyReply, token: string, isSecure: boolean): void {
  keep(reply, 'invitation', token, { maxAge: invitationLifetimeSeconds, isSecure })
}

export function findRememberedInvitation(request: FastifyRequest, isSecure: boolean): string | undefined {
  return request.cookies[cookieName('invitation', isSecure)] || undefined
}

export function forgetInvitation(reply: FastifyReply, isSecure: boolean): void {
  void reply.clearCookie(cookieName('invitation', isSecure), { path: '/', secure: isSecure })
}

/** For after a right password. Only this browser can take the second step. */
export function rememberPending(reply: FastifyReply, token: string, isSecure: boolean): void {
  keep(reply, 'pending', token, { maxAge: pendingLifetimeSeconds, isSecure })
}

export function findPending(request: FastifyRequest, isSecure: boolean): string | undefined {
  return request.cookies[cookieName('pending', isSecure)] || undefined
}

export function forgetPending(reply: FastifyReply, isSecure: boolean): void {
  void reply.clearCookie(cookieName('pending', isSecure), { path: '/', secure: isSecure })
}

/** Only the browser that asked for a challenge may answer it. */
export function rememberPasskeyBrowser(reply: FastifyReply, secret: string, isSecure: boolean): void {
  keep(reply, 'passkey', secret, { maxAge: passkeyLifetimeSeconds, isSecure })
}

export function findPasskeyBrowser(request: FastifyRequest, isSecure: boolean): string | undefined {
  return request.cookies[cookieName('passkey', isSecure)] || undefined
}
