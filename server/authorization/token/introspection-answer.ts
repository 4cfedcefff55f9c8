/** RFC 7662 with the fields of SMART App Launch 2.2, token introspection. */
import type { Client, KoaContextWithOIDC } from 'oidc-provider'
import type { EngineHook } from '../engine/exchange.ts'
import { type FhirUserDeps, findFhirUser } from '../identity/fhir-user.ts'
import { findSmartFields, type SmartFieldsDeps } from './smart-fields.ts'

export interface IntrospectionDeps extends SmartFieldsDeps, FhirUserDeps {
  grants: SmartFieldsDeps['grants'] & FhirUserDeps['grants']
}

interface IntrospectedToken {
  clientId?: string | undefined
  grantId?: string | undefined
  accountId?: string | undefined
  scope?: string | undefined
}

/**
 * Only the application to which a token was issued may ask about it, and only when it can prove who it is. To everybody else every token is
 * inactive (RFC 7662 §2.1 and §4: no scanning for tokens).
 */
export function mayIntrospect(client: Client, token: IntrospectedToken): boolean {
  return token.clientId === client.clientId && client.tokenEndpointAuthMethod !== 'none'
}

/** Adds the launch context and `fhirUser`, as the token answer and the id_token had them. */
export function completeIntrospection(deps: IntrospectionDeps): EngineHook {
  return async (ctx, next) => {
    await next()
    const { oidc } = ctx as unknown as KoaContextWithOIDC
    const body = ctx.body as Record<string, unknown> | undefined
    if (oidc?.route !== 'introspection' || body?.active !== true) return
    const { AccessToken, RefreshToken } = oidc.entities
    Object.assign(body, await smartFieldsOf(AccessToken ?? RefreshToken ?? {}, deps))
  }
}

/** The fields for the token of a person; empty for the token of a service. */
export async function smartFieldsOf(
  { grantId, accountId, scope }: IntrospectedToken,
  deps: IntrospectionDeps,
): Promise<Record<string, unknown>> {
  if (grantId === undefined || accountId === undefined) return {}
  const wantsUser = (scope ?? '').split(' ').includes('fhirUser')
  return {
    ...(await findSmartFields(grantId, deps)),
    ...(wantsUser ? await findFhirUser(grantId, deps) : {}),
  }
}
