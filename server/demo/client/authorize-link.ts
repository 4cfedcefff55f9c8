import { type ClientSettings, redirectUriOf } from './client-settings.ts'

/** Step 1 of the tutorial. Without `scope`: all permissions of the application, which the person may narrow. */
export function authorizeLink(settings: ClientSettings, state: string): string {
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: settings.applicationId,
    redirect_uri: redirectUriOf(settings),
    state,
  })
  return `${settings.portalUrl}/o/authorize/?${parameters}`
}
