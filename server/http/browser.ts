import { fastifyCookie } from '@fastify/cookie'
import { fastifyCsrfProtection } from '@fastify/csrf-protection'
import { fastifyFormbody } from '@fastify/formbody'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { fastifyPlugin } from 'fastify-plugin'
import type { Account, SignIn, Visitor } from '#server/accounts/accounts.ts'
import { OnpatientError } from '../errors.ts'
import { plainAddress } from '../network.ts'

/** Who is signed in in the browser that sent a request. */
export interface SignedIn {
  account: Account
  signIn: SignIn
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined while nobody is signed in. Set only on the portal's pages and API, never on an API. */
    signedIn: SignedIn | undefined
  }
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Answers a form that was opened before somebody signed in or out in this browser, for instance in a second tab. It returns where to go
     * on, or a refusal in plain words, and reads nothing of the form. Undefined: the form is refused as any form without a token.
     */
    ofOldForm?: (request: FastifyRequest) => string | OnpatientError | undefined
  }
}

export interface BrowserDeps {
  findSignIn(token: string): Promise<SignedIn | undefined>
  /** Signs the CSRF cookie. */
  cookieKey: string
  /** Whether the portal is served over https. Then cookies are `Secure` and have the prefix `__Host-`. */
  isSecure: boolean
}

/**
 * What pages for people need: cookies, form bodies, who is signed in, CSRF tokens. Every request with a method that
 * changes something must carry the token of its own browser, as form field `_csrf` or header `x-csrf-token`.
 */
export const browser = fastifyPlugin<BrowserDeps>(async (app, { findSignIn, cookieKey, isSecure }) => {
  await app.register(fastifyCookie)
  await app.register(fastifyFormbody, { bodyLimit: 64 * 1024 })
  await app.register(fastifyCsrfProtection, {
    cookieKey: cookieName('form', isSecure),
    cookieOpts: { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure },
    getUserInfo: (request: FastifyRequest) => request.signedIn?.signIn.id ?? 'anonymous',
    csrfOpts: { hmacKey: cookieKey },
    getToken: (request: FastifyRequest) => csrfTokenOf(request),
  })
  app.decorateRequest('signedIn', undefined)
  app.addHook('onRequest', async (request) => {
    const token = request.cookies[cookieName('sign_in', isSecure)]
    if (token) request.signedIn = await findSignIn(token)
  })
  app.addHook('preHandler', (request, reply, done) => {
    if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return done()
    // A 404 changes nothing, so it needs no token.
    if (request.is404) return done()
    // Without the check another site could send forms in the person's name.
    app.csrfProtection(request, reply, done)
  })
})

/** Whether the browser keeps our cookies. Without them no form can be sent, and a redirect to a form would go round in a circle. */
export function keepsCookies(request: FastifyRequest, isSecure: boolean): boolean {
  return request.cookies[cookieName('form', isSecure)] !== undefined
}

/** Our error for a form without the right token; undefined for every other error. */
export function csrfFailure(error: unknown): OnpatientError | undefined {
  const { code } = error as { code?: unknown }
  if (typeof code !== 'string' || !code.startsWith('FST_CSRF_')) return undefined
  return new OnpatientError(
    'csrf-failed',
    'This form is too old or was opened in another sign-in. Go back, reload the page and send it again.',
    { cause: error },
  )
}

function csrfTokenOf(request: FastifyRequest): string | undefined {
  const header = request.headers['x-csrf-token']
  if (typeof header === 'string') return header
  const body = request.body as { _csrf?: unknown } | undefined
  return typeof body?._csrf === 'string' ? body._csrf : undefined
}

function cookieName(name: string, isSecure: boolean): string {
  return `${isSecure ? '__Host-' : ''}onpatient_${name}`
}

/** The token of the sign-in, for a request outside the scope of `browser`. */
export function readSignInCookie(cookies: string | undefined, isSecure: boolean): string | undefined {
  return fastifyCookie.parse(cookies ?? '')[cookieName('sign_in', isSecure)]
}

/** Sets the cookie that keeps an account signed in; `SameSite=Lax` lets links from mails and apps find it. */
export function setSignInCookie(
  reply: FastifyReply,
  signIn: { token: string; expiresAt: Date },
  isSecure: boolean,
): void {
  void reply.setCookie(cookieName('sign_in', isSecure), signIn.token, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isSecure,
    expires: signIn.expiresAt,
  })
}

export function clearSignInCookie(reply: FastifyReply, isSecure: boolean): void {
  void reply.clearCookie(cookieName('sign_in', isSecure), {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isSecure,
  })
}

/** The signed-in account, or `sign-in-required`. */
export function getSignedIn(request: FastifyRequest): SignedIn {
  if (!request.signedIn)
    throw new OnpatientError('sign-in-required', 'Sign in first. Nobody is signed in in this browser.')
  return request.signedIn
}

export function visitorOf(request: FastifyRequest): Visitor {
  return { ip: plainAddress(request.ip), userAgent: (request.headers['user-agent'] ?? '').slice(0, 300) }
}
