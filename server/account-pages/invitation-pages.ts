import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Account } from '#server/accounts/accounts.ts'
import { OnpatientError } from '#server/errors.ts'
import { visitorOf } from '#server/http/browser.ts'
import { sendPage, viewOf } from '#server/pages/view.ts'
import { findOwnRecord, type Invitation } from '#server/practices/practices.ts'
import type { AccountPagesDeps } from './account-pages-deps.ts'
import { applyFailure, type FormFailure, toFormFailure } from './form-failure.ts'
import { findMissing, readField, readQuery, readTrimmed } from './form-values.ts'
import { invitationPage, waitingPage } from './invitation-form.ts'
import { isDeadLink, sendDeadLink } from './link-page.ts'
import {
  findRememberedInvitation,
  forgetInvitation,
  rememberInvitation,
  rememberSignIn,
} from './remembered-browser.ts'

/**
 * `/invitation?token=`: a practice opens a record to its patient, or to a parent or caregiver. Who holds the link
 * still has to know the patient's date of birth; a wrong one creates nothing.
 */
export function invitationPages(deps: AccountPagesDeps): FastifyPluginAsync {
  const { accounts, practices, isSecure, isProduction } = deps
  return async (app) => {
    app.get('/invitation', async (request, reply) => {
      const token = readQuery(request, 'token') || findRememberedInvitation(request, isSecure) || ''
      const invitation = token ? await practices.findInvitation(token) : undefined
      if (!invitation) return sendUsedLink(request, reply)
      rememberInvitation(reply, token, isSecure)
      return sendForm(request, reply, { invitation, token })
    })

    app.get('/invitation/waiting', async (request, reply) => {
      if (!request.signedIn) return reply.redirect('/signin', 303)
      const waiting = await practices.listWaitingInvitations(request.signedIn.account.id)
      if (waiting.length === 0) return reply.redirect('/', 303)
      const names = waiting.map(({ practice }) => practice.name)
      return sendPage(reply, waitingPage(names), viewOf(request, reply, isProduction))
    })

    app.post('/invitation', async (request, reply) => {
      const token = readField(request, 'token')
      const invitation = token ? await practices.findInvitation(token) : undefined
      if (!invitation) return sendUsedLink(request, reply)
      const outcome = await accept(request, reply, { invitation, token })
      if (outcome === 'dead link') return sendUsedLink(request, reply)
      if (typeof outcome === 'object')
        return sendForm(request, reply, { invitation, token, failure: outcome })
      forgetInvitation(reply, isSecure)
      return reply.redirect(outcome === 'waits' ? '/invitation/waiting' : '/', 303)
    })
  }

  async function accept(
    request: FastifyRequest,
    reply: FastifyReply,
    { invitation, token }: { invitation: Invitation; token: string },
  ): Promise<FormFailure | 'dead link' | 'waits' | 'opens'> {
    const errors = findMissing(request, request.signedIn ? neededFromAll : neededFromNewcomer)
    if (errors.length > 0) return { status: 400, errors }
    const birthDate = readTrimmed(request, 'birthDate')
    try {
      await practices.confirmInvitation(token, birthDate)
      const account = request.signedIn?.account ?? (await createAccount(request, invitation.email))
      const association = await practices.acceptInvitation(token, account, birthDate)
      if (!request.signedIn) {
        rememberSignIn(reply, await accounts.startSignIn(account.id, visitorOf(request)), isSecure)
      }
      return association ? 'opens' : 'waits'
    } catch (error) {
      return afterFailure(error)
    }
  }

  function afterFailure(error: unknown): 'opens' | 'dead link' | FormFailure {
    // Accepted before, by an earlier invitation: the way on is the same.
    if (error instanceof OnpatientError && error.code === 'already-exists') return 'opens'
    return isDeadLink(error) ? 'dead link' : toFormFailure(error, Object.keys(neededFromNewcomer))
  }

  /** The link came by mail, which proves the address. */
  async function createAccount(request: FastifyRequest, email: string): Promise<Account> {
    try {
      return await accounts.create({
        email,
        password: readField(request, 'password'),
        displayName: readTrimmed(request, 'displayName'),
      })
    } catch (error) {
      if (!(error instanceof OnpatientError) || error.code !== 'email-taken') throw error
      throw new OnpatientError(
        'email-taken',
        `You have an account with ${email} already. Sign in with the link at the end of this page, then accept.`,
        { cause: error },
      )
    }
  }

  /**
   * The practice where the account has a record as its own, when the invitation would make it a patient once more. Whether the two are
   * one person is told after the date of birth.
   */
  async function findOwnPractice(request: FastifyRequest, { role }: Invitation): Promise<string | undefined> {
    if (!request.signedIn || role !== 'patient') return undefined
    const associations = await practices.listAssociations(request.signedIn.account.id)
    return findOwnRecord(associations.filter(({ practice }) => practice.kind === 'practice'))?.practice.name
  }

  async function sendForm(
    request: FastifyRequest,
    reply: FastifyReply,
    state: { invitation: Invitation; token: string; failure?: FormFailure },
  ): Promise<FastifyReply> {
    if (state.failure) applyFailure(reply, state.failure)
    const view = viewOf(request, reply, isProduction)
    const page = invitationPage({
      ...state,
      csrfToken: view.csrfToken,
      signedIn: view.signedIn,
      ownPractice: await findOwnPractice(request, state.invitation),
      displayName: readTrimmed(request, 'displayName'),
      birthDate: readTrimmed(request, 'birthDate'),
    })
    return sendPage(reply, page, view)
  }

  function sendUsedLink(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    forgetInvitation(reply, isSecure)
    return sendDeadLink(request, reply, {
      message:
        'The invitation was accepted before, is too old, was tried with a wrong date of birth too often, or its link is incomplete. Ask the practice to invite you again. If you have accepted it already, just sign in.',
      action: { label: 'Sign in', href: '/signin' },
      isProduction,
    })
  }
}

const neededFromAll = { birthDate: 'Enter the date of birth' }
const neededFromNewcomer = { ...neededFromAll, displayName: 'Enter your name', password: 'Choose a password' }
