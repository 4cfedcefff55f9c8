/** SMART App Launch 2.2, token introspection: an application may prove who it is by an access token of its own. */
import type Provider from 'oidc-provider'
import type { AccessTokens } from '#server/access/access.ts'
import { OnpatientError } from '../../errors.ts'
import { findPresentedToken } from '../../http/bearer.ts'
import { refuseBearer } from '../bearer-refusal.ts'
import { presentsToken } from '../client-steps.ts'
import type { Step } from '../engine/exchange.ts'
import { type IntrospectionDeps, smartFieldsOf } from './introspection-answer.ts'

interface TokenIntrospectionDeps extends IntrospectionDeps {
  tokens: AccessTokens
}

/** The answer is only about tokens of that application, as for an application that proves itself at the engine (`mayIntrospect`). */
export function introspectByToken({
  provider,
  ...deps
}: TokenIntrospectionDeps & { provider: Provider }): Step {
  return async ({ request, reply, form: text }) => {
    if (!presentsToken(request)) return
    const form = new URLSearchParams(text)
    try {
      const [token, another] = form.getAll('token')
      if (!token || another !== undefined || form.has('client_secret') || form.has('client_assertion'))
        throw new OnpatientError(
          'invalid-parameter',
          'Send the token in question once, as the form field "token". Only the Authorization header says who asks.',
        )
      const presented = findPresentedToken(request, new URLSearchParams(), deps.portalUrl)
      const { applicationId } = await deps.tokens.open(presented)
      void reply.send(await describeToken(provider, token, applicationId, deps))
    } catch (error) {
      if (!(error instanceof OnpatientError)) throw error
      void refuseBearer(request, reply, error)
    }
    return 'answered'
  }
}

async function describeToken(
  provider: Provider,
  text: string,
  applicationId: string,
  deps: IntrospectionDeps,
): Promise<object> {
  const [access, service, refresh] = await Promise.all([
    provider.AccessToken.find(text),
    provider.ClientCredentials.find(text),
    provider.RefreshToken.find(text),
  ])
  const token = access ?? service ?? refresh
  if (!token?.isValid || token.clientId !== applicationId) return { active: false }
  const person = access ?? refresh
  if (person?.grantId !== undefined && !(await provider.Grant.find(person.grantId))) return { active: false }
  return {
    active: true,
    client_id: token.clientId,
    scope: token.scope,
    exp: token.exp,
    iat: token.iat,
    iss: provider.issuer,
    ...(person === undefined ? {} : { sub: person.accountId }),
    ...(token === refresh ? {} : { token_type: token.jkt === undefined ? 'Bearer' : 'DPoP' }),
    ...(token.jkt === undefined ? {} : { cnf: { jkt: token.jkt } }),
    ...(await smartFieldsOf(person ?? {}, deps)),
  }
}
