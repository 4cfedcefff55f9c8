import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Page } from '../../pages/page.ts'
import { sendPage, viewOf } from '../../pages/view.ts'
import type { Random } from '../../secrets.ts'
import type { BrowserSeal } from './browser-seal.ts'
import type { ClientSettings, DemoSignIns } from './client-settings.ts'

export interface DemoCredentials {
  applicationId: string
  applicationSecret: string
}

export interface DemoClientDeps {
  portalUrl: string
  fhirUrl: string
  /** The application that starts alone. */
  application: DemoCredentials
  /** The application that is opened from the portal. */
  launched: DemoCredentials
  signIns?: DemoSignIns
  random?: Random
  /** Each request may take so long. */
  timeoutMs?: number
}

/** What the routes of the client share. */
export interface ClientContext {
  deps: DemoClientDeps
  settings: ClientSettings
  launched: ClientSettings
  /** The page on which the client starts. */
  startUrl: string
  seal: BrowserSeal
}

export function show(request: FastifyRequest, reply: FastifyReply, page: Page): FastifyReply {
  return sendPage(reply, page, viewOf(request, reply, false))
}

const cookieName = 'onpatient_demo_client'

/** The id of the browser. A browser without one gets one. */
export function knowBrowser(
  { deps, seal }: Pick<ClientContext, 'deps' | 'seal'>,
  request: FastifyRequest,
  reply: FastifyReply,
): string {
  const browserId = request.cookies[cookieName] || seal.newBrowserId()
  void reply.setCookie(cookieName, browserId, {
    path: '/demo/client',
    httpOnly: true,
    sameSite: 'lax',
    secure: deps.portalUrl.startsWith('https:'),
  })
  return browserId
}

/** Empty for a browser without an id. */
export function browserIdOf(request: FastifyRequest): string {
  return request.cookies[cookieName] ?? ''
}

/** A query parameter that is there exactly once. */
export function single(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Record<string, unknown>)[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
