import type { Db } from '../store/store.ts'
import type { Application, ApplicationForm, Warning } from './application.ts'
import type { ApplicationChanges } from './application-changes.ts'
import type { RegistrationTokens } from './registration-tokens.ts'

/** A secret as it is listed. Its value was shown once. */
export interface SecretSummary {
  id: string
  createdAt: Date
  /** Set on an older secret, which works until then. */
  expiresAt: Date | undefined
}

/** A part of the owner's applications, in an order. */
export interface OwnedPage {
  /** Part of the name, in any case and without accents; or a client id. */
  search?: string | undefined
  /** Default: the oldest first. */
  order?: 'oldest' | 'newest' | 'name' | undefined
  /** Default 100. */
  limit?: number | undefined
  offset?: number | undefined
}

export interface Applications {
  /**
   * Registers an application; `secret` is shown to the owner once (undefined for a public one).
   * Throws `not-associated` when the owner has no provider, `invalid-parameter`, `redirect-uri-invalid`,
   * `scope-invalid`, each naming its field.
   */
  create(
    ownerAccountId: string,
    form: ApplicationForm,
  ): Promise<{ application: Application; secret: string | undefined; warnings: Warning[] }>
  /** Registers an application for somebody without an account (dynamic registration). The owner only keeps it. */
  createForStranger(
    keeperAccountId: string,
    form: ApplicationForm,
  ): Promise<{ application: Application; secret: string | undefined; warnings: Warning[] }>
  /**
   * Registers an application with an id and a secret that the caller chose, for the demo, whose values are documented. An application
   * that has this id already stays as it is, also when it was deleted.
   */
  createKnown(
    ownerAccountId: string,
    form: ApplicationForm,
    known: { id: string; secret: string },
  ): Promise<void>
  /** Throws `not-found` when it is not the owner's, and the errors of `create`. */
  update(
    ownerAccountId: string,
    applicationId: string,
    form: ApplicationForm,
  ): Promise<{ application: Application; warnings: Warning[] }>
  /** Makes a new secret. The others work for `overlapSeconds` more (0 to 30 days). Throws `not-found`, `limit-reached`. */
  rotateSecret(ownerAccountId: string, applicationId: string, overlapSeconds: number): Promise<string>
  listSecrets(applicationId: string): Promise<SecretSummary[]>
  /** Ends all its grants. Throws `not-found`. */
  remove(ownerAccountId: string, applicationId: string): Promise<void>
  /**
   * For an owner who leaves: removes all applications, their waiting changes, and the tokens that register further ones. Runs within the
   * caller's transaction. The caller ends the grants.
   */
  removeAllOf(ownerAccountId: string, tx: Db): Promise<void>
  /** Undefined when unknown or deleted. */
  find(applicationId: string): Promise<Application | undefined>
  /** A page of the applications of an owner; `count` is the number of all that match. */
  listOwned(ownerAccountId: string, page?: OwnedPage): Promise<{ applications: Application[]; count: number }>
  /** Warnings that its developer sees at any time. */
  warn(application: Pick<Application, 'redirectUris'>): Warning[]
  /** Whether this server sends people to a registered address like this. */
  maySendTo(redirectUri: string): boolean
  /** Whether people may be sent back to this application at this address: it is registered, and not on plain http where that is refused. */
  mayReturnTo(application: Pick<Application, 'redirectUris' | 'kind'>, redirectUri: string): boolean
  /** Applications with a redirect URI on plain http beyond the person's own machine, oldest first. */
  findPlainRedirects(): Promise<Array<Pick<Application, 'id' | 'name'>>>
  /** Compares with every secret that works, each in constant time. */
  isSecretOf(applicationId: string, secret: string): Promise<boolean>
  /** Tokens of dynamic registration: to register (RFC 7591), and to manage what was registered (RFC 7592). */
  registrationTokens: RegistrationTokens
  /** Changes that wait for the practices that approved a backend service. The caller checks who may decide. */
  changes: ApplicationChanges
}
