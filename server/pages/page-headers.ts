import { fastifyHelmet } from '@fastify/helmet'
import type { FastifyReply } from 'fastify'
import { fastifyPlugin } from 'fastify-plugin'
import { hstsSeconds } from '../http/strict-transport.ts'

/** A page loads from this server alone and sends its forms there. Scripts and styles inside the page do not run. */
const policy: Record<string, string[]> = {
  'default-src': ["'none'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'script-src': ["'self'"],
  'connect-src': ["'self'"],
  'font-src': ["'self'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
  'base-uri': ["'none'"],
}

/**
 * Security headers for every page of its scope. A page whose address carries a `token` sends no referrer, because the next site would learn the
 * token. Pages are not cached, because the next person at a shared computer could see them.
 */
export const pageHeaders = fastifyPlugin<{ isSecure: boolean }>(async (app, { isSecure }) => {
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: { useDefaults: false, directives: policy },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    // For browsers that do not know frame-ancestors (RFC 9700 §4.16).
    xFrameOptions: { action: 'deny' },
    referrerPolicy: { policy: 'same-origin' },
    // Browsers ignore the header over plain http, and on localhost it would bind every other port to https.
    strictTransportSecurity: isSecure ? { maxAge: hstsSeconds, includeSubDomains: false } : false,
  })
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('cache-control', 'no-store')
    const query = request.query as Record<string, unknown> | undefined
    if (query?.token !== undefined) hideReferrer(reply)
  })
})

/** For an answer whose address, or the address that it redirects to, holds a secret elsewhere than in `?token=`. */
export function hideReferrer(reply: FastifyReply): void {
  void reply.header('referrer-policy', 'no-referrer')
}

/** What a single answer may do beyond the policy of all pages. */
interface Widening {
  /** More targets for forms, as CSP sources. Chrome applies the directive to every redirect after the form as well. */
  formAction?: readonly string[] | 'anywhere'
  /** For the one `<style nonce>` that the portal's component library writes. */
  styleNonce?: string
  /** The source of a picture from another site, as `policySourceOf` returns it. */
  imageSource?: string | undefined
  /** Whether documents of this server stand in frames of the page; they come with a sandbox of their own. */
  hasFrames?: boolean
  /** The page may have been opened as a pop-up by an application that waits for its end. */
  keepOpener?: boolean
}

/**
 * The origin of an address as a source of the policy (CSP Level 3 §2.3.1, host-source); undefined when it cannot be one. The host of an
 * address may hold characters that would end the directive, or be read as a keyword or wildcard.
 */
export function policySourceOf(address: string | undefined): string | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined
  const { origin } = new URL(address)
  return /^https?:\/\/[a-z0-9_-]+(\.[a-z0-9_-]+)*(:\d+)?$/.test(origin) ? origin : undefined
}

/** Widens the policy of this answer alone. Call it before sending; a later call replaces an earlier one. */
export function widenPolicy(
  reply: FastifyReply,
  { formAction, styleNonce, imageSource, hasFrames, keepOpener }: Widening,
): void {
  const directives = { ...policy }
  // The directive goes away, because no CSP source can name the private scheme of a program on the device.
  if (formAction === 'anywhere') delete directives['form-action']
  else if (formAction) directives['form-action'] = ["'self'", ...formAction]
  if (styleNonce) directives['style-src'] = ["'self'", `'nonce-${styleNonce}'`]
  if (hasFrames) directives['frame-src'] = ["'self'"]
  if (imageSource) directives['img-src'] = ["'self'", 'data:', imageSource]
  reply.helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    crossOriginOpenerPolicy: { policy: keepOpener ? 'unsafe-none' : 'same-origin' },
  })
}

/**
 * For every answer between an authorization request and the way back to the application (sign-in, consent and their redirects). The last form
 * redirects to the application, which may redirect further, and `form-action` would stop that in Chrome. Many applications open these pages in a
 * pop-up, which must still know its opener.
 */
export function allowReturnToApplication(
  reply: FastifyReply,
  { imageSource }: Pick<Widening, 'imageSource'> = {},
): void {
  widenPolicy(reply, { formAction: 'anywhere', keepOpener: true, imageSource })
}
