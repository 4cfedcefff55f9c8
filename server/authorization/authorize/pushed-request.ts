/** RFC 9126, pushed authorization requests. */
import type { Applications } from '#server/applications/applications.ts'
import type { Step } from '../engine/exchange.ts'
import { completeAuthorizationRequest } from './authorization-request.ts'

/**
 * Completes a pushed request like one that comes by the browser, because the browser later brings only the reference. The engine proves
 * afterwards from which client the request is.
 */
export function completePushedRequest({ applications }: { applications: Pick<Applications, 'find'> }): Step {
  return async (exchange) => {
    if (exchange.form === undefined) return
    const form = new URLSearchParams(exchange.form)
    const clientId = claimedClientId(form, exchange.request.headers.authorization)
    const completed = completeAuthorizationRequest(form, await applications.find(clientId))
    // The engine wants client_id even from clients that named it by HTTP Basic or in their assertion.
    if (!completed.has('client_id') && clientId !== '') completed.set('client_id', clientId)
    exchange.form = completed.toString()
  }
}

function claimedClientId(form: URLSearchParams, authorization: string | undefined): string {
  const named = form.get('client_id')
  if (named !== null) return named
  const [, basic] = /^basic +(\S+)$/i.exec(authorization ?? '') ?? []
  if (basic !== undefined)
    return decodeFormPart(Buffer.from(basic, 'base64').toString('utf8').split(':', 1)[0] ?? '')
  const [, claims = ''] = (form.get('client_assertion') ?? '').split('.')
  return subjectOf(Buffer.from(claims, 'base64url').toString('utf8'))
}

function decodeFormPart(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return ''
  }
}

function subjectOf(json: string): string {
  try {
    return String((JSON.parse(json) as { sub?: unknown } | null)?.sub ?? '')
  } catch {
    return ''
  }
}
