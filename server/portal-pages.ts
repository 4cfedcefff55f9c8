/**
 * Every page of the portal with its address. The server sends the portal's document there, and the browser shows the screen that
 * portal/routes/router.tsx has for the page.
 */
export const portalPages = {
  home: '/',
  practiceDesk: '/practice/:practiceId',
  profile: '/account/settings',
  security: '/account/settings/security',
  closeAccount: '/account/settings/close',
  connectedApps: '/account/settings/connected-apps',
  applications: '/account/settings/applications',
  newApplication: '/account/settings/applications/new',
  application: '/account/settings/applications/:applicationId',
} as const

/** The pages of a person's record lie below; portal/person/person-routes.ts has them. */
export const personPath = '/people/:patientId'

export type PortalPage = keyof typeof portalPages

/** Paths for the router of the server; each page answers with and without a slash at its end. */
export function listPortalPaths(pages: Readonly<Record<string, string>> = portalPages): string[] {
  return Object.values(pages).flatMap((path) => (path === '/' ? [path] : [path, `${path}/`]))
}
