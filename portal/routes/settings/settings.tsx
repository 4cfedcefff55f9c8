import { NavLink as NavEntry } from '@mantine/core'
import { IconApps, IconLock, IconPlugConnected, IconUser } from '@tabler/icons-react'
import { Fragment } from 'react'
import { Link, Outlet, useLocation } from 'react-router'
import { portalPages } from '#server/portal-pages.ts'

interface Entry {
  path: string
  label: string
  icon: typeof IconApps
  /** Stands above the entry, where a new group begins. */
  heading?: string
}

const entries: readonly Entry[] = [
  { path: portalPages.profile, label: 'Profile', icon: IconUser },
  { path: portalPages.security, label: 'Security', icon: IconLock },
  { path: portalPages.connectedApps, label: 'Connected apps', icon: IconPlugConnected },
  {
    path: portalPages.applications,
    label: 'FHIR API Application',
    icon: IconApps,
    heading: 'For developers',
  },
]

/** The frame of the settings: their entries at the side, on a phone above. */
export function Settings() {
  const { pathname } = useLocation()
  const here = pathname.replace(/\/$/, '')
  return (
    <div className="settings">
      <nav aria-label="Settings" className="settings-nav">
        {entries.map(({ path, label, icon: Icon, heading }) => {
          const isWithin = path !== entries[0]?.path && here.startsWith(`${path}/`)
          const isHere = here === path || isWithin || (path === entries[0]?.path && here.endsWith('/close'))
          return (
            <Fragment key={path}>
              {heading && <p className="settings-heading">{heading}</p>}
              <NavEntry
                component={Link}
                to={path}
                label={label}
                active={isHere}
                aria-current={isHere ? 'page' : undefined}
                leftSection={<Icon size={20} aria-hidden />}
                className="settings-entry"
              />
            </Fragment>
          )
        })}
      </nav>
      <div className="settings-body">
        <Outlet />
      </div>
    </div>
  )
}
