import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { TokenDoor } from '#server/access/access.ts'
import type { Accounts } from '#server/accounts/accounts.ts'
import type { Practices } from '#server/practices/practices.ts'
import { OnpatientError, statusOf } from '../errors.ts'
import { findPresentedToken } from '../http/bearer.ts'
import { preflight } from '../http/cors.ts'
import { findFhirUser } from './fhir-user.ts'

export interface UserinfoDeps {
  tokens: TokenDoor
  accounts: Pick<Accounts, 'find'>
  practices: Pick<Practices, 'listAssociations'>
  portalUrl: string
  fhirUrl: string
}

/**
 * Who allowed the application (OpenID Connect Core §5.3): what the id_token says, as it is now. The engine's own would refuse
 * our tokens, which are for the API as well.
 */
export function userinfoRoutes(deps: UserinfoDeps): FastifyPluginAsync {
  return async (app) => {
    const answer = async (request: FastifyRequest, reply: FastifyReply) => {
      void reply.header('cache-control', 'no-store')
      try {
        return reply.send(await describePerson(deps, request))
      } catch (error) {
        if (!(error instanceof OnpatientError)) throw error
        return refuse(request, reply, error)
      }
    }
    for (const url of ['/o/userinfo', '/o/userinfo/']) {
      app.route({ method: ['GET', 'POST'], url, handler: answer })
      app.options(url, preflight('GET, POST', 'Authorization, DPoP'))
    }
  }
}

async function describePerson(
  { tokens, accounts, practices, portalUrl, fhirUrl }: UserinfoDeps,
  request: FastifyRequest,
): Promise<object> {
  const { accountId, scopes, isApproval } = await tokens.open(
    findPresentedToken(request, new URL(request.url, portalUrl).searchParams, portalUrl),
  )
  const account = isApproval || !scopes.includes('openid') ? undefined : await accounts.find(accountId)
  if (!account)
    throw new OnpatientError(
      'scope-missing',
      'This access token tells nothing about a person. Ask for the scope openid when you send the person to the authorization page.',
      { field: 'openid' },
    )
  return {
    sub: account.id,
    ...(scopes.includes('profile') ? { name: account.displayName } : {}),
    ...(scopes.includes('fhirUser') ? await findFhirUser(practices, account.id, fhirUrl) : {}),
  }
}

/** RFC 6750 §3. */
function refuse(request: FastifyRequest, reply: FastifyReply, error: OnpatientError): FastifyReply {
  const status = statusOf[error.category]
  const code = status === 403 ? 'insufficient_scope' : status === 401 ? 'invalid_token' : 'invalid_request'
  const isBare = error.code === 'token-missing'
  const challenge = `Bearer realm="onpatient"${isBare ? '' : `, error="${code}"`}${status === 403 ? ', scope="openid"' : ''}`
  return reply
    .code(status)
    .header('www-authenticate', challenge)
    .send({ error: code, error_description: error.message, request_id: request.id })
}
