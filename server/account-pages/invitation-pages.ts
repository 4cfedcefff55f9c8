import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { sendPage, viewOf } from '#server/pages/view.ts'
import { findOwnRecord, type Invitation } from '#server/practices/practices.ts'
import { acceptAsVisitor } from './accept-invitation.ts'
import type { AccountPagesDeps } from './account-pages-deps.ts'
import { applyFailure, type FormFailure } from './form-failure.ts'
import { readField, readQuery, readTrimmed } from './form-values.ts'
import { invitationPage, waitingPage } from './invitation-form.ts'
import { sendDeadLink } from './link-page.ts'
import { findRememberedInvitation, forgetInvitation, rememberInvitation } from './remembered-browser.ts'

/**
 * `/invitation?token=`: a practice opens a record to its patient, or to a parent or caregiver. The holder of the link must also know the
 * patient's date of birth. A wrong date creates nothing.
 */
export function invitationPages(deps: AccountPagesDeps): FastifyPluginAsync {
  return async (app) => {
    app.get('/invitation', (request, reply) => showInvitation(deps, request, reply))
    app.post('/invitation', (request, reply) => answerInvitation(deps, request, reply))
    app.get('/invitation/waiting', (request, reply) => showWaiting(deps, request, reply))
  }
}

async function showInvitation(
  deps: AccountPagesDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const token = readQuery(request, 'token') || findRememberedInvitation(request, deps.isSecure) || ''
  const invitation = token ? await deps.practices.findInvitation(token) : undefined
  if (!invitation) return sendUsedLink(deps, request, reply)
  rememberInvitation(reply, token, deps.isSecure)
  return sendForm(deps, { request, reply, invitation, token })
}

async function answerInvitation(
  deps: AccountPagesDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const token = readField(request, 'token')
  const invitation = token ? await deps.practices.findInvitation(token) : undefined
  if (!invitation) return sendUsedLink(deps, request, reply)
  const outcome = await acceptAsVisitor(deps, { request, reply, invitation, token })
  if (outcome === 'dead link') return sendUsedLink(deps, request, reply)
  if (typeof outcome === 'object')
    return sendForm(deps, { request, reply, invitation, token, failure: outcome })
  forgetInvitation(reply, deps.isSecure)
  return reply.redirect(outcome === 'waits' ? '/invitation/waiting' : '/', 303)
}

async function showWaiting(
  { practices, isProduction }: AccountPagesDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (!request.signedIn) return reply.redirect('/signin', 303)
  const { invitations, hasMore } = await practices.listWaitingInvitations(request.signedIn.account.id)
  if (invitations.length === 0) return reply.redirect('/', 303)
  const names = invitations.map(({ practice }) => practice.name)
  return sendPage(
    reply,
    waitingPage(hasMore ? [...names, 'others'] : names),
    viewOf(request, reply, isProduction),
  )
}

/** The practice where the account has its own record, when the invitation would make the account a patient once more. */
async function findOwnPractice(
  { practices }: AccountPagesDeps,
  request: FastifyRequest,
  { role }: Invitation,
): Promise<string | undefined> {
  if (!request.signedIn || role !== 'patient') return undefined
  const associations = await practices.listAssociations(request.signedIn.account.id)
  return findOwnRecord(associations.filter(({ practice }) => practice.kind === 'practice'))?.practice.name
}

async function sendForm(
  deps: AccountPagesDeps,
  {
    request,
    reply,
    ...state
  }: {
    request: FastifyRequest
    reply: FastifyReply
    invitation: Invitation
    token: string
    failure?: FormFailure
  },
): Promise<FastifyReply> {
  if (state.failure) applyFailure(reply, state.failure)
  const view = viewOf(request, reply, deps.isProduction)
  const page = invitationPage({
    ...state,
    csrfToken: view.csrfToken,
    signedIn: view.signedIn,
    ownPractice: await findOwnPractice(deps, request, state.invitation),
    displayName: readTrimmed(request, 'displayName'),
    birthDate: readTrimmed(request, 'birthDate'),
  })
  return sendPage(reply, page, view)
}

function sendUsedLink(
  { isSecure, isProduction }: AccountPagesDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  forgetInvitation(reply, isSecure)
  return sendDeadLink(request, reply, {
    message:
      'The invitation was accepted before, is too old, was tried with a wrong date of birth too often, or its link is incomplete. Ask the practice to invite you again. If you have accepted it already, just sign in.',
    action: { label: 'Sign in', href: '/signin' },
    isProduction,
  })
}
