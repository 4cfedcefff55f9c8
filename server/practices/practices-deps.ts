import type { Resource } from 'fhir/r4'
import type { MailCounts, Mailer, MailQueue, SandboxOutbox } from '#server/mail/mail.ts'
import type { Records } from '#server/records/records.ts'
import type { Clock } from '../clock.ts'
import type { Limits } from '../limits.ts'
import type { Random } from '../secrets.ts'
import type { Db } from '../store/store.ts'

/** Synthetic people for a sandbox, as the demo generator makes them. */
export interface SyntheticPractice {
  organization: Resource
  shared: Resource[]
  families(): Iterable<{ members: Array<{ patient: Resource; records: Resource[] }> }>
  knownPeople(): { adultId: string }
}

export interface PracticesDeps {
  db: Db
  clock: Clock
  random: Random
  mailer: Mailer
  mailCounts: Pick<MailCounts, 'countInvitation'>
  /** Undefined where no mail leaves the server. */
  sandboxOutbox?: Pick<SandboxOutbox, 'keep'> | undefined
  /** Undefined where no mail leaves the server. */
  mailQueue?: Pick<MailQueue, 'findStates' | 'forget'> | undefined
  limits: Limits
  portalUrl: string
  records: Pick<Records, 'read' | 'list' | 'write' | 'transact' | 'inTransaction'>
  synthesize(seed: number, patients: number): SyntheticPractice
  /** Runs after an association, or access that rests on it, has ended. What tokens opened is forgotten then. */
  onAccessEnded?(): void
  /**
   * Ends the access that providers and staff of the practice gave to applications. Runs within the transaction that makes the second
   * step a requirement.
   */
  onSecondStepRequired?(tx: Db, practiceId: string): Promise<void>
}
