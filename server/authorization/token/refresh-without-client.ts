import type Provider from 'oidc-provider'
import type { Applications } from '#server/applications/applications.ts'
import type { Step } from '../engine/exchange.ts'

interface Deps {
  provider: Provider
  applications: Pick<Applications, 'find'>
}

/**
 * fhirclient refreshes for public applications without `client_id`. The refresh token names the application. A public application has
 * nothing to prove but that it has the token (RFC 6749 §6), so its id is filled in. All other requests stay as they came.
 */
export function nameClientOfRefresh({ provider, applications }: Deps): Step {
  return async (exchange) => {
    const { form: text, request } = exchange
    if (text === undefined || request.headers.authorization !== undefined) return
    const form = new URLSearchParams(text)
    const isNamed = ['client_id', 'client_secret', 'client_assertion'].some((name) => form.has(name))
    const [token, another] = form.getAll('refresh_token')
    if (isNamed || token === undefined || another !== undefined || form.get('grant_type') !== 'refresh_token')
      return
    const found = await provider.RefreshToken.find(token)
    const application = found?.clientId === undefined ? undefined : await applications.find(found.clientId)
    if (application?.kind !== 'public') return
    exchange.form = `client_id=${encodeURIComponent(application.id)}&${text}`
  }
}
