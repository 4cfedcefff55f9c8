import { type Adapter, type AdapterPayload, errors } from 'oidc-provider'
import { type Grant, reusedReason } from '#server/grants/grants.ts'
import { createSeals } from '../../seal.ts'
import { hashSecret } from '../../secrets.ts'
import { preparedQuery, preparedWrite } from '../../store/prepared-query.ts'
import type { OidcPayloadTable } from '../../store/schema/grants.ts'
import type { Db } from '../../store/store.ts'
import { withPushedLimits } from '../authorize/pushed-limits.ts'
import { hasClinicalScope } from '../requested-scopes.ts'
import { withBackendTokens } from '../token/backend-services.ts'
import type { OneTimeUse } from '../token/token-writes.ts'
import { withAccessTokens } from './access-token-adapter.ts'
import type { AdapterDeps } from './adapter-deps.ts'
import { answeringStoreFailures } from './answering-store-failures.ts'
import { clientAdapter } from './client-adapter.ts'
import { currentTokenRequest } from './oidc-internals.ts'
import { oncePerTokenRequest } from './once-per-token-request.ts'
import {
  createSealedInteractions,
  type SealedInteraction,
  withSealedInteractions,
} from './sealed-interactions.ts'

/**
 * How long after its first use a refresh token may be presented again, any number of times: several tabs of an application ask at the
 * same moment, and answers get lost. Each gets tokens of its own, which live.
 */
export const refreshGraceSeconds = 30

/** How long a person may take for an authorization request. */
export const interactionSeconds = 3600

/** A used code is remembered this long, so that a second use is seen as one and ends the tokens of the first. */
const usedCodeMemorySeconds = 24 * 3600

/** What is stored for longer than it lasts. */
const marginSeconds: Record<string, number> = {
  AuthorizationCode: usedCodeMemorySeconds,
  // So that not every refresh token has to renew it.
  Grant: 24 * 3600,
}

/** What the engine stores, by the name of its model. Every id is stored as its hash only. */
export function createAdapter(deps: AdapterDeps): (kind: string) => Adapter {
  const findGrantRow = oncePerTokenRequest((id) => findPayload(deps.db, 'Grant', id))
  return (kind) => {
    if (kind === 'Client') return answeringStoreFailures(clientAdapter(deps.applications))
    const stored = payloadAdapter(kind, deps, findGrantRow)
    if (kind === 'PushedAuthorizationRequest') return answeringStoreFailures(withPushedLimits(stored, deps))
    if (kind === 'Interaction') return answeringStoreFailures(pendingRequests(stored, deps))
    if (kind === 'ClientCredentials') return answeringStoreFailures(withBackendTokens(stored, deps))
    return answeringStoreFailures(kind === 'AccessToken' ? withAccessTokens(stored, deps) : stored)
  }
}

function pendingRequests(
  stored: Adapter,
  { db, clock, keys, random, portalUrl, limits }: AdapterDeps,
): Adapter {
  const kind = 'Interaction'
  const now = () => clock.now().getTime()
  const sealed = createSealedInteractions({
    seals: createSeals(keys.cookie, 'onpatient authorization request', random),
    limitCharacters: limits.authorizationRequestCharacters,
    isSecure: portalUrl.startsWith('https:'),
    lifetimeSeconds: interactionSeconds,
    now,
  })
  return withSealedInteractions(stored, sealed, {
    async find(uid) {
      const row = await findPayload(db, kind, uid)
      return row && { isAnswered: row.consumed_at !== null, payload: toPayload(row, uid, now()) }
    },
    async markAnswered(uid) {
      // uses the primary key
      await db
        .updateTable('oidc_payload')
        .set({ consumed_at: now(), payload: '{}' })
        .where('kind', '=', kind)
        .where('id_hash', '=', hashSecret(uid))
        .execute()
    },
    toSealable: (payload, expiresIn) => ({
      payload: JSON.stringify(withoutIds(payload)),
      expiresAt: now() + expiresIn * 1000,
    }),
    toPayload: (uid, interaction) => toPayload(toRow(uid, interaction), uid, now()),
  })
}

/** As it would be stored. */
function toRow(uid: string, { payload, expiresAt }: SealedInteraction): OidcPayloadTable {
  return {
    kind: 'Interaction',
    id_hash: hashSecret(uid),
    payload,
    grant_id: null,
    uid: null,
    expires_at: expiresAt,
    consumed_at: null,
  }
}

// uses the primary key
const selectPayload = preparedQuery((db, kind: string, idHash: string) =>
  db.selectFrom('oidc_payload').selectAll().where('kind', '=', kind).where('id_hash', '=', idHash),
)

async function findPayload(db: Db, kind: string, id: string): Promise<OidcPayloadTable | undefined> {
  const [row] = await selectPayload(db, kind, hashSecret(id))
  return row
}

function payloadAdapter(
  kind: string,
  { db, clock, grants, accounts, writes }: AdapterDeps,
  findGrantRow: (id: string) => Promise<OidcPayloadTable | undefined>,
): Adapter {
  const now = () => clock.now().getTime()

  /** A refresh token or code is worth what its grant is worth at this moment. */
  async function isGrantOpen(id: string): Promise<boolean> {
    const state = await grants.findState(id)
    if (!state || state.grant.endedAt) return false
    const { grant, patientIds, practiceIds } = state
    if (grant.expiresAt && grant.expiresAt.getTime() <= now()) return false
    if (patientIds.length === 0 && practiceIds.length === 0 && !isForSignInAlone(grant)) return false
    if (!isForOnlineUse(grant)) return true
    return grant.signInId !== undefined && accounts.isSignInOpen(grant.signInId)
  }

  return {
    async upsert(id, payload, expiresIn = 0) {
      const { grantId = null, uid = null } = payload
      const expiresAt = now() + (expiresIn + (marginSeconds[kind] ?? 0)) * 1000
      const text = JSON.stringify(withoutIds(payload))
      await writes.add(upsertPayload(db, kind, hashSecret(id), text, grantId, uid, expiresAt))
      if (kind !== 'RefreshToken' || grantId === null) return
      // The engine's grant must outlive the newest refresh token, whose every use is a renewal.
      const grant = await findGrantRow(grantId)
      if (grant && grant.expires_at < expiresAt)
        await writes.add(renewGrant(db, grant.id_hash, expiresAt + (marginSeconds.Grant ?? 0) * 1000))
    },
    async find(id) {
      if (kind === 'Grant' && !(await isGrantOpen(id))) return undefined
      const row = await (kind === 'Grant' ? findGrantRow(id) : findPayload(db, kind, id))
      return row && toPayload(row, id, now())
    },
    async findByUid(uid) {
      // uses oidc_payload_uid
      const row = await db
        .selectFrom('oidc_payload')
        .selectAll()
        .where('kind', '=', kind)
        .where('uid', '=', uid)
        .executeTakeFirst()
      return row && toPayload(row, undefined, now())
    },
    findByUserCode: async () => undefined,
    async consume(id) {
      await writes.use(oneTimeUse(kind, id, now(), { db, grants }))
    },
    async destroy(id) {
      await db
        .deleteFrom('oidc_payload')
        .where('kind', '=', kind)
        .where('id_hash', '=', hashSecret(id))
        .execute()
    },
    async revokeByGrantId(grantId) {
      // Ending the grant ends everything that belongs to it; the rows are swept when they expire.
      const isReuse = currentTokenRequest() !== undefined
      await grants.endByEngine(grantId, isReuse ? reusedReason : 'the application ended it')
    },
  }
}

/** Such a grant reaches nobody's record. With `fhirUser` it is given through a link to a practice, and ends with it. */
function isForSignInAlone({ scopes }: Grant): boolean {
  return !hasClinicalScope(scopes) && !scopes.includes('fhirUser')
}

/** SMART App Launch 2.2, scopes for requesting a refresh token: `online_access` lasts as long as the person is signed in. */
function isForOnlineUse({ scopes }: Grant): boolean {
  return scopes.includes('online_access') && !scopes.includes('offline_access')
}

/**
 * Marks a code or refresh token as used, exactly once however many requests come at the same time: the engine finds
 * first and consumes later, so the condition must be in the statement (RFC 6749 §4.1.2, RFC 9700 §4.14.2).
 */
function oneTimeUse(
  kind: string,
  id: string,
  now: number,
  { db, grants }: Pick<AdapterDeps, 'db' | 'grants'>,
): OneTimeUse {
  const idHash = hashSecret(id)
  return {
    take:
      kind === 'RefreshToken'
        ? consumeRefreshToken(db, now, idHash, now - refreshGraceSeconds * 1000)
        : consumePayload(db, kind, idHash, now),
    async refuse() {
      if (kind === 'PushedAuthorizationRequest')
        throw new errors.InvalidRequestUri('request_uri was already used')
      const row = await findPayload(db, kind, id)
      if (row?.grant_id) await grants.endByEngine(row.grant_id, reusedReason)
      throw new errors.InvalidGrant(
        kind === 'RefreshToken' ? 'refresh token already used' : 'authorization code already consumed',
      )
    },
  }
}

// These use the primary key.
const upsertPayload = preparedWrite(
  (
    db,
    kind: string,
    idHash: string,
    payload: string,
    grantId: string | null,
    uid: string | null,
    expiresAt: number,
  ) =>
    db
      .insertInto('oidc_payload')
      .values({
        kind,
        id_hash: idHash,
        payload,
        grant_id: grantId,
        uid,
        expires_at: expiresAt,
        consumed_at: null,
      })
      .onConflict((conflict) =>
        conflict.columns(['kind', 'id_hash']).doUpdateSet((eb) => ({
          payload: eb.ref('excluded.payload'),
          grant_id: eb.ref('excluded.grant_id'),
          uid: eb.ref('excluded.uid'),
          expires_at: eb.ref('excluded.expires_at'),
        })),
      ),
)

const renewGrant = preparedWrite((db, grantIdHash: string, expiresAt: number) =>
  db
    .updateTable('oidc_payload')
    .set({ expires_at: expiresAt })
    .where('kind', '=', 'Grant')
    .where('id_hash', '=', grantIdHash)
    .where('expires_at', '<', expiresAt),
)

const consumePayload = preparedWrite((db, kind: string, idHash: string, now: number) =>
  db
    .updateTable('oidc_payload')
    .set({ consumed_at: now })
    .where('kind', '=', kind)
    .where('id_hash', '=', idHash)
    .where('consumed_at', 'is', null)
    .returning('id_hash'),
)

/** The first use is what counts: later ones, within the time of grace, do not make it longer. */
const consumeRefreshToken = preparedWrite((db, now: number, idHash: string, consumedAfter: number) =>
  db
    .updateTable('oidc_payload')
    .set((eb) => ({ consumed_at: eb.fn.coalesce('consumed_at', eb.cast<number>(eb.val(now), 'bigint')) }))
    .where('kind', '=', 'RefreshToken')
    .where('id_hash', '=', idHash)
    .where((eb) => eb.or([eb('consumed_at', 'is', null), eb('consumed_at', '>', consumedAfter)]))
    .returning('id_hash'),
)

/** Deletes what the engine stored and nobody can use any more. */
export async function sweepPayloads({ db, clock }: Pick<AdapterDeps, 'db' | 'clock'>): Promise<void> {
  // uses oidc_payload_expiry
  await db.deleteFrom('oidc_payload').where('expires_at', '<=', clock.now().getTime()).execute()
}

/** The engine's own id is the secret itself: it stays out of the stored payload, and so does its session cookie. */
function withoutIds(payload: AdapterPayload): AdapterPayload {
  const { jti: _secret, ...rest } = payload
  const session = rest.session as { cookie?: string } | undefined
  if (!session?.cookie) return rest
  const { cookie: _cookie, ...kept } = session
  return { ...rest, session: kept }
}

/**
 * Times are ours: `exp` is given as what remains by the server's clock, so that the engine, which reads the system's,
 * agrees with it.
 */
function toPayload(row: OidcPayloadTable, id: string | undefined, now: number): AdapterPayload | undefined {
  const isCode = row.kind === 'AuthorizationCode'
  const expiresAt = isCode ? row.expires_at - usedCodeMemorySeconds * 1000 : row.expires_at
  const payload = JSON.parse(row.payload) as AdapterPayload
  const consumed = row.consumed_at !== null && !isInGrace(row, now)
  // A used code must not look expired: then the engine would refuse it without ending the tokens of its first use.
  const remaining = isCode && consumed ? 60 : Math.ceil((expiresAt - now) / 1000)
  return {
    ...payload,
    ...(id === undefined ? {} : { jti: id }),
    // When the request came, to be compared with sign-ins.
    ...(row.kind === 'Interaction' ? { iat: row.expires_at / 1000 - interactionSeconds } : {}),
    exp: Math.floor(Date.now() / 1000) + remaining,
    ...(consumed ? { consumed: true } : {}),
  }
}

function isInGrace(row: OidcPayloadTable, now: number): boolean {
  return (
    row.kind === 'RefreshToken' &&
    row.consumed_at !== null &&
    row.consumed_at > now - refreshGraceSeconds * 1000
  )
}
