import { createBrowserRouter } from 'react-router'
import { Frame } from '../components/frame.tsx'
import { innerPersonRoutes, personRoutes } from '../person/person-routes.ts'
import { NotFoundScreen } from './not-found-screen.tsx'
import { RouteFailure } from './route-failure.tsx'

/** The screens; each part is fetched when it is first opened. */
export const router = createBrowserRouter([
  {
    path: '/',
    Component: Frame,
    ErrorBoundary: RouteFailure,
    // Shown while the first screen's code is on its way.
    HydrateFallback: () => null,
    children: [
      { index: true, lazy: async () => ({ Component: (await import('./home/home.tsx')).Home }) },
      {
        path: 'people/:patientId',
        lazy: async () => ({ Component: (await import('../person/person-frame.tsx')).PersonFrame }),
        children: [...personRoutes, ...innerPersonRoutes],
      },
      {
        path: 'practice/:practiceId',
        lazy: async () => ({ Component: (await import('./practice/practice-desk.tsx')).PracticeDesk }),
      },
      {
        path: 'account/settings',
        lazy: async () => ({ Component: (await import('./settings/settings.tsx')).Settings }),
        children: [
          {
            index: true,
            lazy: async () => ({ Component: (await import('./settings/profile.tsx')).Profile }),
          },
          {
            path: 'security',
            lazy: async () => ({ Component: (await import('./settings/security.tsx')).Security }),
          },
          {
            path: 'close',
            lazy: async () => ({
              Component: (await import('./settings/close-account.tsx')).CloseAccount,
            }),
          },
          {
            path: 'connected-apps',
            lazy: async () => ({
              Component: (await import('./settings/connected-apps.tsx')).ConnectedApps,
            }),
          },
          {
            path: 'applications',
            lazy: async () => ({
              Component: (await import('./settings/applications/application-list.tsx')).ApplicationList,
            }),
          },
          {
            path: 'applications/new',
            lazy: async () => ({
              Component: (await import('./settings/applications/new-application.tsx')).NewApplication,
            }),
          },
          {
            path: 'applications/:applicationId',
            lazy: async () => ({
              Component: (await import('./settings/applications/edit-application.tsx')).EditApplication,
            }),
          },
        ],
      },
      { path: '*', Component: NotFoundScreen },
    ],
  },
])
