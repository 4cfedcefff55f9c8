import type { ClientSettings } from './client-settings.ts'

/** Step 1 of the tutorial. Without `scope` it asks for all scopes of the application, which the person may narrow. */
export function authorizeLink(settings: ClientSettings, state: string): string {
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: settings.applicationId,
    redirect_uri: settings.redirectUri,
    state,
  })
  return `${settings.portalUrl}/o/authorize/?${parameters}`
}

const launchScopes = 'launch launch/encounter openid fhirUser patient/*.rs'

/** The same link for an application that a launch has opened: https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html */
export function launchLink(
  { portalUrl, applicationId, redirectUri }: ClientSettings,
  { iss, launch, state }: { iss: string; launch: string; state: string },
): string {
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: applicationId,
    redirect_uri: redirectUri,
    scope: launchScopes,
    aud: iss,
    launch,
    state,
  })
  return `${portalUrl}/o/authorize/?${parameters}`
}
