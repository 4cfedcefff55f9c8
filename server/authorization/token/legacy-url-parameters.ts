import type { Applications } from '#server/applications/applications.ts'
import type { Exchange, Outcome, Step } from '../engine/exchange.ts'
import { sendOAuthError } from '../oauth-error.ts'
import { hasBody, queryOf, readForm } from '../read-form.ts'

const tokenParameters = [
  'grant_type',
  'code',
  'refresh_token',
  'client_secret',
  'client_assertion',
  'code_verifier',
  'token',
]

const refusal =
  'Send the parameters in the body, not in the address: addresses end up in logs and histories, and a secret in one is a leak. An old application that cannot change may switch on "accept parameters in the URL (legacy)" in its settings.'

/**
 * Refuses a request with its parameters in the address. When the application has switched them on and the request has no body, they are taken
 * as its form.
 */
export function moveUrlParameters({ applications }: { applications: Pick<Applications, 'find'> }): Step {
  return async (exchange) => {
    const query = queryOf(exchange.request)
    if (!tokenParameters.some((name) => query.has(name))) return
    const application = await applications.find(query.get('client_id') ?? '')
    if (!application?.legacyUrlParameters || hasBody(exchange.request.raw)) return refuse(exchange)
    // The body is read to its end. Only then the engine takes the form that we give it.
    await readForm(exchange.request.raw)
    exchange.form = query.toString()
  }
}

function refuse({ request, reply }: Exchange): Outcome {
  void sendOAuthError(request, reply, { status: 400, error: 'invalid_request', description: refusal })
  return 'answered'
}
