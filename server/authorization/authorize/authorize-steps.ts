import type { Applications } from '#server/applications/applications.ts'
import { allowReturnToApplication } from '#server/pages/page-headers.ts'
import type { RateLimits } from '#server/rate-limits/rate-limits.ts'
import { limitRequest } from '../../http/rate-limiting.ts'
import { networkOf } from '../../network.ts'
import type { Exchange, Step } from '../engine/exchange.ts'
import { becomeAuthorizationRequest, dropCookie } from '../engine/raw-request.ts'
import { queryOf } from '../read-form.ts'
import { completeAuthorizationRequest } from './authorization-request.ts'

export function countAuthorizationRequest({ rateLimits }: { rateLimits: RateLimits }): Step {
  return async ({ request, reply }) =>
    limitRequest(rateLimits, reply, { limit: 'authorizationRequests', subject: networkOf(request.ip) })
}

/** The engine sees a GET with all parameters, whether they came as a form or in the address. */
export function completeForEngine({ applications }: { applications: Pick<Applications, 'find'> }): Step {
  return async ({ request, form }) => {
    const params = request.method === 'POST' ? new URLSearchParams(form) : queryOf(request)
    const application = await applications.find(params.get('client_id') ?? '')
    // A pushed request was completed when it was pushed (RFC 9126 §4: the reference stands for all parameters). An empty one counts as absent.
    const completed = params.get('request_uri') ? params : completeAuthorizationRequest(params, application)
    becomeAuthorizationRequest(request.raw, completed)
  }
}

export async function dropOlderFlow({ request }: Exchange): Promise<void> {
  dropCookie(request.raw, 'onpatient_flow')
}

export async function allowReturn({ reply }: Exchange): Promise<void> {
  allowReturnToApplication(reply)
}
