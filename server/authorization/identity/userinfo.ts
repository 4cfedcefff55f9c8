import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { AccessTokens } from '#server/access/access.ts'
import type { Accounts } from '#server/accounts/accounts.ts'
import { OnpatientError } from '../../errors.ts'
import { findPresentedToken } from '../../http/bearer.ts'
import { preflight } from '../../http/cors.ts'
import { refuseBearer } from '../bearer-refusal.ts'
import { type FhirUserDeps, findFhirUser } from './fhir-user.ts'
import { profileOf } from './profile-claims.ts'

export interface UserinfoDeps extends FhirUserDeps {
  tokens: AccessTokens
  accounts: Pick<Accounts, 'find'>
  portalUrl: string
}

/**
 * The person who allowed the application (OpenID Connect Core §5.3): the claims of the id_token as they are now. The engine's own end point
 * would refuse our tokens, because they are for the API, too.
 */
export function userinfoRoutes(deps: UserinfoDeps): FastifyPluginAsync {
  return async (app) => {
    const answer = async (request: FastifyRequest, reply: FastifyReply) => {
      void reply.header('cache-control', 'no-store')
      try {
        return reply.send(await describePerson(deps, request))
      } catch (error) {
        if (!(error instanceof OnpatientError)) throw error
        return refuseBearer(request, reply, error, 'openid')
      }
    }
    for (const url of ['/o/userinfo', '/o/userinfo/']) {
      app.route({ method: ['GET', 'POST'], url, handler: answer })
      app.options(url, preflight('GET, POST', 'Authorization, DPoP'))
    }
  }
}

async function describePerson(
  { tokens, accounts, portalUrl, ...deps }: UserinfoDeps,
  request: FastifyRequest,
): Promise<object> {
  const { accountId, grantId, scopes, isApproval } = await tokens.open(
    findPresentedToken(request, new URL(request.url, portalUrl).searchParams, portalUrl),
  )
  const account = isApproval || !scopes.includes('openid') ? undefined : await accounts.find(accountId)
  if (!account)
    throw new OnpatientError(
      'scope-missing',
      'This access token tells nothing about a person. Ask for the scope openid when you send the person to the authorization page.',
      { field: 'openid' },
    )
  const { name, email, email_verified } = profileOf(account)
  return {
    sub: account.id,
    ...(scopes.includes('profile') ? { name } : {}),
    ...(scopes.includes('email') ? { email, email_verified } : {}),
    ...(scopes.includes('fhirUser') ? await findFhirUser(grantId, deps) : {}),
  }
}
