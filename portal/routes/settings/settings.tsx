import { NavLink as NavEntry } from '@mantine/core'
import { IconApps, IconLock, IconPlugConnected, IconUser } from '@tabler/icons-react'
import { Link, Outlet, useLocation } from 'react-router'
import { portalPages } from '#server/portal-pages.ts'

const entries = [
  { path: portalPages.profile, label: 'Profile', icon: IconUser },
  { path: portalPages.security, label: 'Security', icon: IconLock },
  { path: portalPages.connectedApps, label: 'Connected apps', icon: IconPlugConnected },
  { path: portalPages.applications, label: 'FHIR API Application', icon: IconApps },
]

/** The frame of the settings: their entries at the side, on a phone above. */
export function Settings() {
  const { pathname } = useLocation()
  const here = pathname.replace(/\/$/, '')
  return (
    <div className="settings">
      <nav aria-label="Settings" className="settings-nav">
        {entries.map(({ path, label, icon: Icon }) => {
          const isWithin = path !== entries[0]?.path && here.startsWith(`${path}/`)
          const isHere = here === path || isWithin || (path === entries[0]?.path && here.endsWith('/close'))
          return (
            <NavEntry
              key={path}
              component={Link}
              to={path}
              label={label}
              active={isHere}
              aria-current={isHere ? 'page' : undefined}
              leftSection={<Icon size={20} aria-hidden />}
              className="settings-entry"
            />
          )
        })}
      </nav>
      <div className="settings-body">
        <Outlet />
      </div>
    </div>
  )
}
