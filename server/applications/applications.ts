import { sql } from 'kysely'
import type { Practices } from '#server/practices/practices.ts'
import { assertRoom } from '../assert-room.ts'
import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { hashSecret, newId, newSecret, type Random, sameHash } from '../secrets.ts'
import { nameKey } from '../store/name-key.ts'
import { preparedQuery } from '../store/prepared-query.ts'
import type { Db } from '../store/store.ts'
import { inTransaction } from '../store/transaction.ts'
import type { Application, ApplicationForm, Warning } from './application.ts'
import {
  type ApplicationChanges,
  changesApproved,
  createApplicationChanges,
  forgetChange,
  keepChange,
  splitChange,
} from './application-changes.ts'
import { checkApplicationForm } from './application-form.ts'
import { type ApplicationRow, columnsOf, toApplication, withNameKey } from './application-row.ts'
import { type AuthenticationForm, checkAuthentication } from './authentication-form.ts'
import { isPlainHttp, isRegisteredRedirect, warnAboutRedirectUris } from './redirect-uri.ts'
import { createRegistrationTokens, type RegistrationTokens } from './registration-tokens.ts'

export type { Application, ApplicationForm, Warning } from './application.ts'

/** What is known of a secret after it was shown once. */
export interface SecretSummary {
  id: string
  createdAt: Date
  /** Set on an older secret that still works until then. */
  expiresAt: Date | undefined
}

/** Which of the owner's applications, in which order. */
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
  /** For one who registered without any account (dynamic registration); the owner is only the keeper of it. */
  createForStranger(
    keeperAccountId: string,
    form: ApplicationForm,
  ): Promise<{ application: Application; secret: string | undefined; warnings: Warning[] }>
  /**
   * With an id and secret chosen by the caller: for the demo, whose values are documented. What has that id stays as it is,
   * also when it was deleted.
   */
  createKnown(ownerAccountId: string, form: ApplicationForm, id: string, secret: string): Promise<void>
  /** Throws `not-found` when it is not the owner's, and as `create`. */
  update(
    ownerAccountId: string,
    applicationId: string,
    form: ApplicationForm,
  ): Promise<{ application: Application; warnings: Warning[] }>
  /** A new secret; the others keep working for `overlapSeconds` (0 to 30 days). Throws `not-found`. */
  rotateSecret(ownerAccountId: string, applicationId: string, overlapSeconds: number): Promise<string>
  listSecrets(applicationId: string): Promise<SecretSummary[]>
  /** Ends all its grants. Throws `not-found`. */
  remove(ownerAccountId: string, applicationId: string): Promise<void>
  /**
   * For an owner who leaves: all applications, what waits of them, and the tokens that register further ones. Within the caller's
   * transaction; the caller ends their grants.
   */
  removeAllOf(ownerAccountId: string, tx: Db): Promise<void>
  /** Undefined when unknown or deleted. */
  find(applicationId: string): Promise<Application | undefined>
  /** Those of an owner, a page of them; `count` is of all that match. */
  listOwned(ownerAccountId: string, page?: OwnedPage): Promise<{ applications: Application[]; count: number }>
  /** What its developer has to be told of it at any time. */
  warn(application: Pick<Application, 'redirectUris'>): Warning[]
  /** Whether this server sends people to an address that was registered. */
  maySendTo(redirectUri: string): boolean
  /** Whether people may be sent back to this application there: it is registered, and not on plain http where that is refused. */
  mayReturnTo(application: Pick<Application, 'redirectUris' | 'kind'>, redirectUri: string): boolean
  /** Those with a redirect URI on plain http beyond the person's own machine, oldest first. */
  findPlainRedirects(): Promise<Array<Pick<Application, 'id' | 'name'>>>
  /** Compares with every live secret, each in constant time. */
  isSecretOf(applicationId: string, secret: string): Promise<boolean>
  /** Tokens of dynamic registration: to register (RFC 7591), and to manage what was registered (RFC 7592). */
  registrationTokens: RegistrationTokens
  /** What waits for practices that approved a backend service; who may decide is checked by the caller. */
  changes: ApplicationChanges
}

interface ApplicationsDeps {
  db: Db
  clock: Clock
  random: Random
  /** Only an account that is associated with a provider may own applications. */
  practices: Pick<Practices, 'listAssociations'>
  /** Called when an application is removed, inside no transaction: ends all its grants. */
  onRemoved(applicationId: string): Promise<void>
  /** Whether any practice has approved it as a backend service: then a change waits for those that have. */
  isApproved?(applicationId: string): Promise<boolean>
  /** Outside production a developer's own machine may serve key sets over plain http. */
  allowsLoopbackHttp?: boolean
  limits: Limits
  /** Whether people may be sent back over plain http to other machines than their own. */
  allowsPlainRedirects?: boolean
}

// uses the primary key
const selectApplication = preparedQuery((db, id: string) =>
  db.selectFrom('application').selectAll().where('id', '=', id).where('deleted_at', 'is', null),
)

// uses application_secret_application
const selectSecrets = preparedQuery((db, applicationId: string, now: number) =>
  db
    .selectFrom('application_secret')
    .selectAll()
    .where('application_id', '=', applicationId)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .orderBy('created_at', 'desc'),
)

const maximumOverlapSeconds = 30 * 24 * 3600

export function createApplications({
  db,
  clock,
  random,
  practices,
  onRemoved,
  isApproved = async () => false,
  allowsLoopbackHttp = false,
  limits,
  allowsPlainRedirects = false,
}: ApplicationsDeps): Applications {
  const ofKeys = { allowsLoopbackHttp, mostKeys: limits.keysOfApplication }
  const ofForms = { ...limits, allowsPlainRedirects }
  const maySendTo = (uri: string) => allowsPlainRedirects || !isPlainHttp(uri)
  const warn = ({ redirectUris }: Pick<Application, 'redirectUris'>) =>
    warnAboutRedirectUris(redirectUris, allowsPlainRedirects)

  async function assertOwnerHasProvider(accountId: string): Promise<void> {
    const associations = await practices.listAssociations(accountId)
    if (associations.length > 0) return
    throw new OnpatientError(
      'not-associated',
      'Your account is not associated with a provider yet. Create a practice or a sandbox, or accept the invitation of your practice, then add an application.',
    )
  }

  async function insert(
    ownerAccountId: string,
    id: string,
    form: ApplicationForm,
    proof: AuthenticationForm,
    secret: string | undefined,
    assertRoomIn: (trx: Db) => Promise<void> = async () => undefined,
  ) {
    const now = clock.now().getTime()
    const row: ApplicationRow = {
      id,
      owner_account_id: ownerAccountId,
      ...columnsOf(form, proof),
      name_key: nameKey(form.name),
      registration_token_hash: null,
      created_at: now,
      updated_at: now,
      deleted_at: null,
    }
    // Counted and added as one, so that of many at once none slips through.
    await inTransaction(db, async (trx) => {
      await assertRoomIn(trx)
      await trx.insertInto('application').values(row).execute()
      if (secret !== undefined)
        await trx.insertInto('application_secret').values(newSecretRow(id, secret)).execute()
    })
    return toApplication(row)
  }

  function newSecretRow(applicationId: string, secret: string) {
    return {
      id: newId('sec', random),
      application_id: applicationId,
      secret_hash: hashSecret(secret),
      created_at: clock.now().getTime(),
      expires_at: null,
    }
  }

  /** Uses the primary key; another account's application is as absent as none. */
  async function getOwned(ownerAccountId: string, applicationId: string): Promise<Application> {
    const application = await find(applicationId)
    if (application?.ownerAccountId === ownerAccountId) return application
    throw new OnpatientError('not-found', 'There is no such application among yours.')
  }

  async function find(applicationId: string): Promise<Application | undefined> {
    const [row] = await selectApplication(db, applicationId)
    return row && toApplication(row)
  }

  /** Secrets that still work. */
  function liveSecrets(applicationId: string) {
    return selectSecrets(db, applicationId, clock.now().getTime())
  }

  async function endSecrets(applicationId: string): Promise<void> {
    await db
      .updateTable('application_secret')
      .set({ expires_at: clock.now().getTime() })
      .where('application_id', '=', applicationId)
      .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', clock.now().getTime())]))
      .execute()
  }

  /** Uses application_owner. */
  async function countOwned(trx: Db, accountId: string): Promise<number> {
    const row = await trx
      .selectFrom('application')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('owner_account_id', '=', accountId)
      .where('deleted_at', 'is', null)
      .executeTakeFirstOrThrow()
    return Number(row.count)
  }

  async function register(
    ownerAccountId: string,
    form: ApplicationForm,
    limit: 'applicationsOfAccount' | 'selfRegistered',
  ) {
    const checked = checkApplicationForm(form, ofForms)
    const proof = checkAuthentication(form, ofKeys)
    const secret = proof.authentication === 'secret' ? newSecret('ops', random) : undefined
    const application = await insert(
      ownerAccountId,
      newId('app', random),
      checked,
      proof,
      secret,
      async (trx) =>
        assertRoom(limits, limit, {
          owned: await countOwned(trx, ownerAccountId),
          advice: 'Delete one that is no longer used.',
        }),
    )
    return { application, secret, warnings: warn(application) }
  }

  return {
    find,
    warn,
    maySendTo,
    mayReturnTo: ({ redirectUris, kind }, uri) =>
      isRegisteredRedirect({ redirectUris, isNative: kind === 'public' }, uri) && maySendTo(uri),
    async findPlainRedirects() {
      // For the start and for checks by the operator: looks at all applications.
      const rows = await db
        .selectFrom('application')
        .select(['id', 'name', 'redirect_uris'])
        .where('deleted_at', 'is', null)
        .where('redirect_uris', 'like', '%http://%')
        .orderBy('created_at')
        .execute()
      return rows.flatMap(({ id, name, redirect_uris }) =>
        (JSON.parse(redirect_uris) as string[]).some(isPlainHttp) ? [{ id, name }] : [],
      )
    },
    async create(ownerAccountId, form) {
      await assertOwnerHasProvider(ownerAccountId)
      return register(ownerAccountId, form, 'applicationsOfAccount')
    },
    createForStranger: (keeperAccountId, form) => register(keeperAccountId, form, 'selfRegistered'),
    async createKnown(ownerAccountId, form, id, secret) {
      const known = await db.selectFrom('application').select('id').where('id', '=', id).executeTakeFirst()
      if (known) return
      await insert(
        ownerAccountId,
        id,
        checkApplicationForm(form, ofForms),
        checkAuthentication(form, ofKeys),
        secret,
      )
    },
    async update(ownerAccountId, applicationId, form) {
      const current = await getOwned(ownerAccountId, applicationId)
      // A public application has no secret and a confidential one must have one: the kind is fixed at registration.
      const complete = { ...form, kind: current.kind }
      const completed = {
        ...complete,
        authentication: form.authentication ?? current.authentication,
        postLogoutRedirectUris: form.postLogoutRedirectUris ?? current.postLogoutRedirectUris,
      }
      const checked = checkApplicationForm(completed, ofForms)
      const proof = checkAuthentication(complete, ofKeys, current)
      const given = columnsOf(checked, proof)
      const waits = await isApproved(applicationId)
      const before = columnsOf(current, current)
      const { now: columns, later } = waits ? splitChange(before, given) : { now: given, later: undefined }
      await db
        .updateTable('application')
        .set({ ...withNameKey(columns), updated_at: clock.now().getTime() })
        .where('id', '=', applicationId)
        .where('owner_account_id', '=', ownerAccountId)
        .execute()
      // Secrets must not come back to life when the application returns to them one day.
      if (columns.authentication !== 'secret') await endSecrets(applicationId)
      // What is saved beside the values that wait, such as a redirect URI, does not take them back.
      if (later || changesApproved(before, columns))
        await keepChange(db, applicationId, later, { clock, random })
      const application = await getOwned(ownerAccountId, applicationId)
      return { application, warnings: warn(application) }
    },
    async rotateSecret(ownerAccountId, applicationId, overlapSeconds) {
      const application = await getOwned(ownerAccountId, applicationId)
      if (application.authentication !== 'secret')
        throw new OnpatientError(
          'not-allowed',
          application.kind === 'public'
            ? 'A public application has no secret. Register a confidential one.'
            : 'This application proves who it is by a key and has no secret. Change its keys instead.',
        )
      if (!Number.isInteger(overlapSeconds) || overlapSeconds < 0 || overlapSeconds > maximumOverlapSeconds)
        throw new OnpatientError(
          'invalid-parameter',
          'The overlap is a number of seconds from 0 to 30 days.',
          {
            field: 'overlapSeconds',
          },
        )
      const end = clock.now().getTime() + overlapSeconds * 1000
      const secret = newSecret('ops', random)
      await inTransaction(db, async (trx) => {
        await trx
          .updateTable('application_secret')
          .set({ expires_at: end })
          .where('application_id', '=', applicationId)
          .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', end)]))
          .execute()
        const live = await trx
          .selectFrom('application_secret')
          .select('id')
          .where('application_id', '=', applicationId)
          .where('expires_at', '>', clock.now().getTime())
          .execute()
        assertRoom(limits, 'secretsOfApplication', {
          owned: live.length,
          advice: 'Wait until an older one has ended, or replace them all now, without an overlap.',
          field: 'overlapSeconds',
        })
        await trx.insertInto('application_secret').values(newSecretRow(applicationId, secret)).execute()
      })
      return secret
    },
    async listSecrets(applicationId) {
      const rows = await liveSecrets(applicationId)
      return rows.map((row) => ({
        id: row.id,
        createdAt: new Date(row.created_at),
        expiresAt: row.expires_at === null ? undefined : new Date(row.expires_at),
      }))
    },
    async remove(ownerAccountId, applicationId) {
      await getOwned(ownerAccountId, applicationId)
      await db
        .updateTable('application')
        .set({ deleted_at: clock.now().getTime() })
        .where('id', '=', applicationId)
        .where('owner_account_id', '=', ownerAccountId)
        .execute()
      await onRemoved(applicationId)
    },
    async removeAllOf(ownerAccountId, tx) {
      // uses application_owner
      const owned = await tx
        .updateTable('application')
        .set({ deleted_at: clock.now().getTime(), registration_token_hash: null })
        .where('owner_account_id', '=', ownerAccountId)
        .where('deleted_at', 'is', null)
        .returning('id')
        .execute()
      for (const { id } of owned) await forgetChange(tx, id)
      await tx.deleteFrom('registration_token').where('owner_account_id', '=', ownerAccountId).execute()
    },
    async listOwned(ownerAccountId, { search = '', order = 'oldest', limit = 100, offset = 0 } = {}) {
      // uses application_owner, or application_owner_name
      const matching = db
        .selectFrom('application')
        .where('owner_account_id', '=', ownerAccountId)
        .where('deleted_at', 'is', null)
        .$if(search.trim() !== '', (query) =>
          query.where((eb) => eb.or([hasInName(search), eb('id', '=', search.trim())])),
        )
      const { count } = await matching
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      const rows = await matching
        .selectAll()
        .$if(order === 'name', (query) => query.orderBy('name_key'))
        .$if(order !== 'name', (query) => query.orderBy('created_at', order === 'newest' ? 'desc' : 'asc'))
        .orderBy('id')
        .limit(limit)
        .offset(offset)
        .execute()
      return { applications: rows.map(toApplication), count: Number(count) }
    },
    async isSecretOf(applicationId, secret) {
      const given = hashSecret(secret)
      const rows = await liveSecrets(applicationId)
      // Every live secret is compared, so that the time does not tell which one was near.
      return rows.map((row) => sameHash(row.secret_hash, given)).includes(true)
    },
    registrationTokens: createRegistrationTokens({ db, clock, random, limits }),
    changes: createApplicationChanges({ db, clock }),
  }
}

function hasInName(search: string) {
  const pattern = `%${nameKey(search).replaceAll(/[\\%_]/g, '\\$&')}%`
  return sql<boolean>`name_key like ${pattern} escape '\\'`
}

export type { ApplicationChange } from './application-changes.ts'
export { defaultScopes } from './application-form.ts'
export { assertionAlgorithms, fitsAlgorithm, type PublicKey } from './key-set.ts'
export { createKeySets, type KeySets } from './key-sets.ts'
export { hasPrivateUseScheme, isPlainHttp } from './redirect-uri.ts'
