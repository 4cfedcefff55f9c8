import '../mantine-controls.css'
import { Menu, Text } from '@mantine/core'
import { IconApps, IconHeart, IconLogout, IconSettings } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { portalPages } from '#server/portal-pages.ts'
import { useMe } from '../api/me.ts'
import { useWords } from '../language/use-words.ts'

interface UserMenuEntriesProps {
  /** The button that opens the menu. */
  children: ReactNode
  onSignOut(): void
}

/** The menu behind the name, already open when it comes. */
export function UserMenuEntries({ children, onSignOut }: UserMenuEntriesProps) {
  const { account, associations } = useMe()
  const words = useWords('frame')
  // Patients find it in the settings. A developer works at a practice, if only at a sandbox.
  const isAtPractice = associations.some(({ role }) => role === 'provider' || role === 'staff')
  return (
    <Menu
      defaultOpened
      position="bottom-end"
      width={260}
      shadow="md"
      withinPortal={false}
      returnFocus
      // An element that takes the focus and is no entry has no place in a menu.
      withInitialFocusPlaceholder={false}
    >
      <Menu.Target>{children}</Menu.Target>
      <Menu.Dropdown>
        <Text size="sm" c="dimmed" px="sm" py="xs" truncate>
          {account.email}
        </Text>
        <Menu.Item component={Link} to="/" leftSection={<IconHeart size={18} aria-hidden />}>
          {words('myRecord')}
        </Menu.Item>
        <Menu.Item
          component={Link}
          to={portalPages.profile}
          leftSection={<IconSettings size={18} aria-hidden />}
        >
          {words('settings')}
        </Menu.Item>
        {isAtPractice && (
          <Menu.Item
            component={Link}
            to={portalPages.applications}
            leftSection={<IconApps size={18} aria-hidden />}
          >
            FHIR API Application
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={18} aria-hidden />} onClick={onSignOut}>
          {words('signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
