import { type Access, findEncounter, findPatientLine, type RecordReader } from '#server/access/access.ts'
import type { Launch, Launches } from '#server/launches/launches.ts'
import type { Association, Practices, ReachingSignIn } from '#server/practices/practices.ts'
import { launchFaultWords } from '../authorize/launch-parameters.ts'
import { readAnswers, wantsOnePatient, wantsVisit } from './consent-choice.ts'
import type { RequestSubject } from './request-subject.ts'

export type { RequestSubject } from './request-subject.ts'

/** An error that the application gets without a page: RFC 6749 §4.1.2.1. */
export type Refusal = {
  error: 'invalid_request' | 'access_denied'
  error_description: string
}

/** An authorization request that waits for an answer, and the sign-in that is asked. */
export interface Asked {
  signIn: ReachingSignIn
  applicationId: string
  scopes: readonly string[]
  /** The hash of the launch id that the request brought. */
  launchHash: string | undefined
  /** Names the request, because a double click may answer it twice. */
  request: string
}

interface SubjectDeps {
  access: Pick<Access, 'openForAccount'>
  launches: Pick<Launches, 'find' | 'redeem'>
  practices: Pick<Practices, 'listReachable'>
}

/** Finds the patient whom a request is about. Nothing about a patient is read before the account is known to reach them. */
export function createConsentSubjects({ access, launches, practices }: SubjectDeps) {
  const otherAccount = denied(
    'This app was opened by another account than the one that is signed in. Sign in with that account, or open the app again from this one.',
  )
  const outOfReach = denied(
    'The account does not reach this patient any more. Open the app again for another patient.',
  )

  async function findAssociation(signIn: ReachingSignIn, id: unknown): Promise<Association | undefined> {
    return (await practices.listReachable(signIn)).find((each) => each.id === id)
  }

  /** A patient whom the association does not reach is not found. */
  async function findPatient(
    signIn: ReachingSignIn,
    association: Association,
    patientId: string,
  ): Promise<RequestSubject | undefined> {
    const patient = await findPatientLine(await readerOf(access, signIn, association), patientId)
    return patient && { association, patient, isLaunched: false }
  }

  async function ofLaunch(signIn: ReachingSignIn, launch: Launch): Promise<RequestSubject | Refusal> {
    const association = await findAssociation(signIn, launch.associationId)
    const subject = association && (await findPatient(signIn, association, launch.patientId))
    if (!subject) return outOfReach
    const { patientId, encounterId, intent, fhirContext } = launch
    const reader = await readerOf(access, signIn, subject.association)
    const encounter =
      encounterId === undefined ? undefined : await findEncounter(reader, patientId, encounterId)
    return { ...subject, encounter, intent, fhirContext, isLaunched: true }
  }

  async function findLaunched(asked: Asked): Promise<RequestSubject | Refusal | undefined> {
    if (asked.launchHash === undefined) return undefined
    const launch = await launches.find(asked.launchHash, asked.applicationId, asked.request)
    if (typeof launch === 'string')
      return { error: 'invalid_request', error_description: launchFaultWords[launch] }
    return launch.accountId === asked.signIn.accountId ? ofLaunch(asked.signIn, launch) : otherAccount
  }

  return {
    /** The subject of a launch; undefined when the request came without one. */
    findLaunched,
    /** Uses the launch up. One of several requests with the same launch id succeeds. */
    async redeemLaunch(asked: Asked): Promise<Refusal | undefined> {
      const { launchHash, signIn } = asked
      if (launchHash === undefined) return undefined
      if (await launches.redeem(launchHash, { ...asked, accountId: signIn.accountId })) return undefined
      const why = await findLaunched(asked)
      return isRefusal(why) ? why : outOfReach
    },
    /**
     * The subject that the person chose: their own record, a ward's, or a patient of their practice. It has the visit, when the application
     * wants one and it is this patient's.
     */
    async findChosen(asked: Asked, form: Record<string, unknown>): Promise<RequestSubject | undefined> {
      if (!wantsOnePatient(asked.scopes)) return undefined
      const association = await findAssociation(asked.signIn, form.person)
      const patientId = association?.patientId ?? form.patient
      if (!association || typeof patientId !== 'string') return undefined
      const subject = await findPatient(asked.signIn, association, patientId)
      const { encounterId } = readAnswers(form)
      if (!subject || encounterId === undefined || !wantsVisit(asked.scopes)) return subject
      const reader = await readerOf(access, asked.signIn, association)
      return { ...subject, encounter: await findEncounter(reader, patientId, encounterId) }
    },
    /** The subject of an account that reaches one record alone. The person chooses a visit, and nobody before it. */
    async findOnly(asked: Asked): Promise<RequestSubject | undefined> {
      const [association, another] = await practices.listReachable(asked.signIn)
      if (!wantsVisit(asked.scopes) || another || association?.patientId === undefined) return undefined
      return findPatient(asked.signIn, association, association.patientId)
    },
  }
}

/** A reader of the records that the association opens: the panel of its practice, or its one patient. */
export function readerOf(
  access: Pick<Access, 'openForAccount'>,
  signIn: ReachingSignIn,
  { id }: Association,
): Promise<RecordReader> {
  return access.openForAccount(signIn, { associationId: id })
}

export function isRefusal(outcome: RequestSubject | Refusal | undefined): outcome is Refusal {
  return outcome !== undefined && 'error' in outcome
}

function denied(error_description: string): Refusal {
  return { error: 'access_denied', error_description }
}

export type ConsentSubjects = ReturnType<typeof createConsentSubjects>
