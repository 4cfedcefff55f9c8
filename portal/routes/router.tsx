import type { ComponentType } from 'react'
import { createBrowserRouter, Navigate, type RouteObject } from 'react-router'
import { type PortalPage, personPath, portalPages } from '#server/portal-pages.ts'
import { Frame } from '../components/frame.tsx'
import { personDetailRoutes, personRoutes } from '../person/person-routes.ts'
import { NotFoundScreen } from './not-found-screen.tsx'
import { RouteFailure } from './route-failure.tsx'

/** The screen of each page. Its code is fetched when the page is first opened. */
const screens = {
  home: async () => (await import('./home/home.tsx')).Home,
  practiceDesk: async () => (await import('./practice/practice-desk.tsx')).PracticeDesk,
  profile: async () => (await import('./settings/profile.tsx')).Profile,
  security: async () => (await import('./settings/security.tsx')).Security,
  closeAccount: async () => (await import('./settings/close-account.tsx')).CloseAccount,
  connectedApps: async () => (await import('./settings/connected-apps.tsx')).ConnectedApps,
  applications: async () => (await import('./settings/applications/application-list.tsx')).ApplicationList,
  newApplication: async () => (await import('./settings/applications/new-application.tsx')).NewApplication,
  application: async () => (await import('./settings/applications/edit-application.tsx')).EditApplication,
} satisfies Record<PortalPage, () => Promise<ComponentType>>

const routes = Object.entries(portalPages).map(
  ([page, path]): RouteObject => ({
    path,
    lazy: async () => ({ Component: await screens[page as PortalPage]() }),
  }),
)
const isSetting = ({ path }: RouteObject) => path?.startsWith(portalPages.profile)

export const router = createBrowserRouter([
  {
    Component: Frame,
    ErrorBoundary: RouteFailure,
    // Shown while the first screen's code is on its way.
    HydrateFallback: () => null,
    children: [
      ...routes.filter((route) => !isSetting(route)),
      {
        path: personPath,
        lazy: async () => ({ Component: (await import('../person/person-frame.tsx')).PersonFrame }),
        children: [
          { index: true, element: <Navigate to="overview" replace /> },
          ...personRoutes,
          ...personDetailRoutes,
        ],
      },
      {
        lazy: async () => ({ Component: (await import('./settings/settings.tsx')).Settings }),
        children: routes.filter(isSetting),
      },
      { path: '*', Component: NotFoundScreen },
    ],
  },
])
