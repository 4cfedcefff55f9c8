import { html } from '@remix-run/html-template'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hideReferrer } from '../../pages/page-headers.ts'
import { sendPage, viewOf } from '../../pages/view.ts'
import { authorizeLink, launchLink } from './authorize-link.ts'
import { browserIdOf, type ClientContext, knowBrowser, show, single } from './client-context.ts'
import { howItBegan, howItWasOpened } from './how-it-began.ts'
import { foreignLaunchPage, lostSealPage } from './return-pages.ts'
import { startPage } from './start-page.ts'
import { takeCode } from './take-code.ts'
import { type Walk, walkFromCode, walkFromLaunch, walkFromRefreshToken } from './walk.ts'
import { walkPage } from './walk-page.ts'

export async function showStart(context: ClientContext, request: FastifyRequest, reply: FastifyReply) {
  const { settings, seal, deps } = context
  const link = authorizeLink(settings, seal.issueState(knowBrowser(context, request, reply)))
  return show(request, reply, startPage(settings, link, deps.signIns))
}

export async function returnWithCode(context: ClientContext, request: FastifyRequest, reply: FastifyReply) {
  const taken = takeCode(context, request, reply)
  if (!taken) return reply
  const { code, state, browserId } = taken
  const walk = await walkFromCode(context.settings, code)
  const before = howItBegan(context.settings, { code, state })
  return showWalk(context, { request, reply, walk, before, browserId })
}

/** The portal opens the client here (SMART App Launch 2.2, EHR launch). */
export async function startLaunch(context: ClientContext, request: FastifyRequest, reply: FastifyReply) {
  hideReferrer(reply)
  const launch = single(request, 'launch')
  const iss = single(request, 'iss')
  if (launch === undefined || iss !== `${context.deps.fhirUrl}/fhir/r4`)
    return show(request, reply.code(400), foreignLaunchPage(context.startUrl))
  const state = context.seal.issueState(knowBrowser(context, request, reply))
  return reply.redirect(launchLink(context.launched, { iss, launch, state }), 302)
}

export async function returnFromLaunch(context: ClientContext, request: FastifyRequest, reply: FastifyReply) {
  const taken = takeCode(context, request, reply)
  if (!taken) return reply
  const walk = await walkFromLaunch(context.launched, taken.code)
  const { csrfToken } = viewOf(request, reply, false)
  const form = { title: 'Demo chart', sealed: undefined, csrfToken }
  return show(request, reply, walkPage(walk, howItWasOpened(context.launched, taken), form))
}

export async function refresh(context: ClientContext, request: FastifyRequest, reply: FastifyReply) {
  const browserId = browserIdOf(request)
  const { sealed } = (request.body ?? {}) as { sealed?: unknown }
  const refreshToken = typeof sealed === 'string' ? context.seal.open(browserId, sealed) : undefined
  if (refreshToken === undefined) return show(request, reply.code(400), lostSealPage(context.startUrl))
  const walk = await walkFromRefreshToken(context.settings, refreshToken)
  const before = html`<p>You pressed <strong>Refresh and read again</strong>. The form brought the refresh token back to this client.</p>`
  return showWalk(context, { request, reply, walk, before, browserId })
}

function showWalk(
  { seal }: ClientContext,
  {
    request,
    reply,
    walk,
    before,
    browserId,
  }: {
    request: FastifyRequest
    reply: FastifyReply
    walk: Walk
    before: Parameters<typeof walkPage>[1]
    browserId: string
  },
): FastifyReply {
  const view = viewOf(request, reply, false)
  const sealed = walk.refreshToken === undefined ? undefined : seal.seal(browserId, walk.refreshToken)
  return sendPage(reply, walkPage(walk, before, { sealed, csrfToken: view.csrfToken }), view)
}
