import type { Selectable } from 'kysely'
import { nameKey } from '../store/name-key.ts'
import type { ApplicationTable } from '../store/schema/applications.ts'
import type { Application, ApplicationForm } from './application.ts'
import type { AuthenticationForm } from './authentication-form.ts'
import type { KeySet } from './key-set.ts'

export type ApplicationRow = Selectable<ApplicationTable>

/** A checked form as columns. */
export function columnsOf(form: ApplicationForm, proof: AuthenticationForm) {
  return {
    name: form.name,
    kind: form.kind,
    scopes: form.scopes.join(' '),
    redirect_uris: JSON.stringify(form.redirectUris),
    post_logout_redirect_uris: JSON.stringify(form.postLogoutRedirectUris ?? []),
    logo_uri: form.logoUri ?? null,
    policy_uri: form.policyUri ?? null,
    tos_uri: form.tosUri ?? null,
    launch_uri: form.launchUri ?? null,
    legacy_url_parameters: form.legacyUrlParameters ? 1 : 0,
    authentication: proof.authentication,
    jwks: proof.jwks === undefined ? null : JSON.stringify(proof.jwks),
    jwks_uri: proof.jwksUri ?? null,
    requires_par: proof.requiresPar ? 1 : 0,
    requires_dpop: proof.requiresDpop ? 1 : 0,
  }
}

/** Adds the key by which a name is found, when the columns have a name. */
export function withNameKey<Columns extends { name?: string }>(
  columns: Columns,
): Columns & { name_key?: string } {
  return columns.name === undefined ? columns : { ...columns, name_key: nameKey(columns.name) }
}

export function toApplication(row: ApplicationRow): Application {
  const scopes = row.scopes.split(' ')
  return {
    id: row.id,
    ownerAccountId: row.owner_account_id,
    name: row.name,
    kind: row.kind,
    scopes,
    redirectUris: JSON.parse(row.redirect_uris) as string[],
    postLogoutRedirectUris: JSON.parse(row.post_logout_redirect_uris) as string[],
    logoUri: row.logo_uri ?? undefined,
    policyUri: row.policy_uri ?? undefined,
    tosUri: row.tos_uri ?? undefined,
    launchUri: row.launch_uri ?? undefined,
    legacyUrlParameters: row.legacy_url_parameters === 1,
    authentication: row.authentication,
    jwks: row.jwks === null ? undefined : (JSON.parse(row.jwks) as KeySet),
    jwksUri: row.jwks_uri ?? undefined,
    requiresPar: row.requires_par === 1,
    requiresDpop: row.requires_dpop === 1,
    isBackend: row.authentication === 'key' && scopes.some((scope) => scope.startsWith('system/')),
    requiresAudience: row.launch_uri !== null || row.registration_token_hash !== null,
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
  }
}
