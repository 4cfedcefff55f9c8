import '../../mantine-controls.css'
import { NavLink as NavEntry } from '@mantine/core'
import { IconApps, IconLock, IconPlugConnected, IconUser } from '@tabler/icons-react'
import { Fragment } from 'react'
import { Link, Outlet, useLocation } from 'react-router'
import { portalPages } from '#server/portal-pages.ts'
import { useWords } from '../../language/use-words.ts'

/** words: settings.* */
interface Entry {
  path: string
  label: 'profile' | 'security' | 'connectedApps' | 'applications'
  icon: typeof IconApps
  /** Stands above the entry, where a new group begins. */
  heading?: 'forDevelopers'
}

const entries: readonly Entry[] = [
  { path: portalPages.profile, label: 'profile', icon: IconUser },
  { path: portalPages.security, label: 'security', icon: IconLock },
  { path: portalPages.connectedApps, label: 'connectedApps', icon: IconPlugConnected },
  {
    path: portalPages.applications,
    label: 'applications',
    icon: IconApps,
    heading: 'forDevelopers',
  },
]

/** The frame of the settings: their entries at the side, on a phone above. */
export function Settings() {
  const words = useWords('settings')
  const { pathname } = useLocation()
  const here = pathname.replace(/\/$/, '')
  return (
    <div className="settings">
      <nav aria-label={words('title')} className="settings-nav">
        {entries.map(({ path, label, icon: Icon, heading }) => {
          const isWithin = path !== entries[0]?.path && here.startsWith(`${path}/`)
          const isHere = here === path || isWithin || (path === entries[0]?.path && here.endsWith('/close'))
          return (
            <Fragment key={path}>
              {heading && <p className="settings-heading">{words(heading)}</p>}
              <NavEntry
                component={Link}
                to={path}
                label={words(label)}
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
