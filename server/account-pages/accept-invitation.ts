import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Account } from '#server/accounts/accounts.ts'
import { OnpatientError } from '#server/errors.ts'
import { visitorOf } from '#server/http/browser.ts'
import type { Invitation } from '#server/practices/practices.ts'
import type { AccountPagesDeps } from './account-pages-deps.ts'
import { type FormFailure, toFormFailure } from './form-failure.ts'
import { findMissing, readField, readTrimmed } from './form-values.ts'
import { isDeadLink } from './link-page.ts'
import { rememberSignIn } from './remembered-browser.ts'

/** Accepts an invitation by its form. A person who is not signed in gets an account and is signed in. */
export async function acceptAsVisitor(
  deps: AccountPagesDeps,
  {
    request,
    reply,
    invitation,
    token,
  }: { request: FastifyRequest; reply: FastifyReply; invitation: Invitation; token: string },
): Promise<FormFailure | 'dead link' | 'waits' | 'opens'> {
  const { accounts, practices, isSecure } = deps
  const errors = findMissing(request, request.signedIn ? neededFromAll : neededFromNewcomer)
  if (errors.length > 0) return { status: 400, errors }
  const birthDate = readTrimmed(request, 'birthDate')
  try {
    await practices.confirmInvitation(token, birthDate)
    const account = request.signedIn?.account ?? (await createAccount(deps, request, invitation.email))
    const association = await practices.acceptInvitation(token, account, birthDate)
    if (!request.signedIn)
      rememberSignIn(reply, await accounts.startSignIn(account.id, visitorOf(request)), isSecure)
    return association ? 'opens' : 'waits'
  } catch (error) {
    return afterFailure(error)
  }
}

const neededFromAll = { birthDate: 'Enter the date of birth' }
const neededFromNewcomer = { ...neededFromAll, displayName: 'Enter your name', password: 'Choose a password' }

function afterFailure(error: unknown): 'opens' | 'dead link' | FormFailure {
  // The person accepted an earlier invitation to the same record. The way on is the same.
  if (error instanceof OnpatientError && error.code === 'already-exists') return 'opens'
  return isDeadLink(error) ? 'dead link' : toFormFailure(error, Object.keys(neededFromNewcomer))
}

/** The link came by mail, which proves the address. */
async function createAccount(
  { accounts }: AccountPagesDeps,
  request: FastifyRequest,
  email: string,
): Promise<Account> {
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
