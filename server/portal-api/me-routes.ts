import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import type { Account } from '#server/accounts/accounts.ts'
import { type Association, findOwnRecord, reachesPanel } from '#server/practices/practices.ts'
import { languages } from '#words/languages.ts'
import { isShared } from '../addresses.ts'
import { clearSignInCookie, getSignedIn } from '../http/browser.ts'
import type {
  Account as AccountAnswer,
  Association as AssociationAnswer,
  Closing,
  Me,
  PatientSummary,
  Urls,
} from './answers.ts'
import { parseInput } from './parse-input.ts'
import { summarizePatients } from './patient-summary.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'

// The module behind it says what is too short or too long, in better words. Here only absurd lengths are refused.
const profileForm = z.strictObject({
  displayName: z.string().max(500).optional(),
  /** Null: the language of the browser. */
  language: z.enum(languages).nullish(),
})
const passwordForm = z.strictObject({ current: z.string().max(2000), next: z.string().max(2000) })
const noForm = z.strictObject({})
const emailForm = z.strictObject({ password: z.string().max(2000), email: z.string().max(500) })

/** The person who is signed in, their associations, and changes of their own account. */
export function meRoutes(deps: PortalApiDeps): FastifyPluginAsync {
  const { accounts, practices, applications, access, isProduction } = deps
  return async (app) => {
    app.get('/me', async (request, reply): Promise<Me<Date>> => {
      const { account, signIn } = getSignedIn(request)
      const associations = await practices.listAssociations(account.id)
      const waiting = new Set((await practices.listWaiting(signIn)).map(({ id }) => id))
      const own = findOwnRecord(associations)
      const waitingInvitations = await practices.listWaitingInvitations(account.id)
      const patientIds = associations.flatMap(({ patientId }) => patientId ?? [])
      const patients = await summarizePatients(await access.openForAccount(signIn), patientIds)
      return {
        account: toAccountJson(account),
        csrfToken: reply.generateCsrf({ userInfo: signIn.id }),
        signInId: signIn.id,
        associations: associations.map((each) => ({
          ...toAssociationJson(each, patients),
          isOwn: each.id === own?.id,
          needsSecondStep: reachesPanel(each) && waiting.has(each.practice.id),
        })),
        waitingInvitations: waitingInvitations.invitations.map(({ practice, claimedAt }) => ({
          practice: practice.name,
          claimedAt,
        })),
        hasMoreWaitingInvitations: waitingInvitations.hasMore,
        signUp: {
          practice: await deps.admission.ruleOf('practice'),
          developer: await deps.admission.ruleOf('developer'),
        },
        urls: urlsOf(deps),
        isProduction,
      }
    })

    app.patch('/me', async (request) => {
      const { account } = getSignedIn(request)
      const { displayName, language } = parseInput(profileForm, request.body)
      let changed = account
      if (displayName !== undefined) changed = await accounts.changeDisplayName(account.id, displayName)
      if (language !== undefined) changed = await accounts.changeLanguage(account.id, language ?? undefined)
      return { account: toAccountJson(changed) }
    })

    app.post('/me/password', async (request, reply) => {
      const { account, signIn } = getSignedIn(request)
      const { current, next } = parseInput(passwordForm, request.body)
      await accounts.changePassword(account.id, current, next, signIn.id)
      return reply.code(204).send()
    })

    // Shows what closing the account would mean, before it is done.
    app.get('/me/closing', async (request): Promise<Closing> => {
      const { account } = getSignedIn(request)
      const { staying, closing } = await practices.describeLeaving(account.id)
      const { count } = await applications.listOwned(account.id, { limit: 1 })
      const namesOf = (some: typeof staying) => some.map(({ id, name, kind }) => ({ id, name, kind }))
      return { staying: namesOf(staying), closing: namesOf(closing), applications: count }
    })

    app.post('/me/close', async (request, reply) => {
      const { account, signIn } = getSignedIn(request)
      parseInput(noForm, request.body)
      await accounts.close(account, signIn)
      request.log.info({ account: account.id }, 'an account was closed by its owner')
      clearSignInCookie(reply, deps.portalUrl.startsWith('https:'))
      return reply.code(204).send()
    })

    app.post('/me/email', async (request, reply) => {
      const { account } = getSignedIn(request)
      const { password, email } = parseInput(emailForm, request.body)
      await accounts.startEmailChange(account.id, password, email)
      return reply.code(204).send()
    })
  }
}

function toAccountJson({ id, email, displayName, language }: Account): AccountAnswer {
  return { id, email, displayName, isAddressShared: isShared(email), language: language ?? null }
}

export function toAssociationJson(
  { id, role, relationship, practice, patientId }: Association,
  patients: ReadonlyMap<string, PatientSummary>,
): AssociationAnswer {
  const { id: practiceId, name, kind } = practice
  return {
    id,
    role,
    relationship,
    practice: { id: practiceId, name, kind, requiresSecondStep: practice.requiresSecondStep },
    patient: (patientId && patients.get(patientId)) || null,
  }
}

function urlsOf({ portalUrl, fhirUrl }: PortalApiDeps): Urls {
  return {
    portal: portalUrl,
    fhirClassic: `${fhirUrl}/onpatient_api/fhir`,
    authorize: `${portalUrl}/o/authorize/`,
    token: `${portalUrl}/o/token/`,
    tutorial: `${portalUrl}/api_fhir/api-docs/tutorial`,
    documentation: `${portalUrl}/api_fhir/api-docs/documentation`,
  }
}
