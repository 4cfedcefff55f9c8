import { Button, Menu, Text, VisuallyHidden } from '@mantine/core'
import {
  IconApps,
  IconChevronDown,
  IconHeart,
  IconLogout,
  IconSettings,
  IconUserCircle,
} from '@tabler/icons-react'
import { useRef } from 'react'
import { Link } from 'react-router'
import { portalPages } from '#server/portal-pages.ts'
import { useMe } from '../api/me.ts'
import { useWords } from '../language/use-words.ts'

export function UserMenu() {
  const { account, associations, csrfToken } = useMe()
  // Patients find it in the settings. A developer works at a practice, if only at a sandbox.
  const isAtPractice = associations.some(({ role }) => role === 'provider' || role === 'staff')
  const words = useWords('frame')
  const signOut = useRef<HTMLFormElement>(null)
  return (
    <nav aria-label={words('yourAccount')}>
      {/* Outside the menu, because the menu is gone from the page once one of its entries was chosen. */}
      <form method="post" action="/signout" ref={signOut} hidden>
        <input type="hidden" name="_csrf" value={csrfToken} />
      </form>
      <Menu
        position="bottom-end"
        width={260}
        shadow="md"
        withinPortal={false}
        returnFocus
        // An element that takes the focus and is no entry has no place in a menu.
        withInitialFocusPlaceholder={false}
      >
        <Menu.Target>
          <Button
            variant="default"
            radius="xl"
            className="touch user-button"
            rightSection={<IconChevronDown size={16} aria-hidden />}
            leftSection={<IconUserCircle size={20} aria-hidden />}
          >
            <VisuallyHidden>User&nbsp;</VisuallyHidden>
            <span className="user-name">{account.displayName}</span>
          </Button>
        </Menu.Target>
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
          <Menu.Item
            leftSection={<IconLogout size={18} aria-hidden />}
            onClick={() => signOut.current?.requestSubmit()}
          >
            {words('signOut')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </nav>
  )
}
