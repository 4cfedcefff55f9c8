import { Button, VisuallyHidden } from '@mantine/core'
import { IconChevronDown, IconUserCircle } from '@tabler/icons-react'
import { lazy, type Ref, Suspense, useRef, useState } from 'react'
import { useMe } from '../api/me.ts'
import { useWords } from '../language/use-words.ts'

const load = async () => ({ default: (await import('./user-menu-entries.tsx')).UserMenuEntries })

/** Comes when somebody is about to open it. */
const UserMenuEntries = lazy(load)

export function UserMenu() {
  const { csrfToken } = useMe()
  const words = useWords('frame')
  const [wasOpened, setWasOpened] = useState(false)
  const signOut = useRef<HTMLFormElement>(null)
  const closed = <UserButton onClick={() => setWasOpened(true)} onIntent={() => void load()} />
  return (
    <nav aria-label={words('yourAccount')}>
      {/* Outside the menu, because the menu is gone from the page once one of its entries was chosen. */}
      <form method="post" action="/signout" ref={signOut} hidden>
        <input type="hidden" name="_csrf" value={csrfToken} />
      </form>
      {wasOpened ? (
        <Suspense fallback={closed}>
          <UserMenuEntries onSignOut={() => signOut.current?.requestSubmit()}>
            <UserButton />
          </UserMenuEntries>
        </Suspense>
      ) : (
        closed
      )}
    </nav>
  )
}

interface UserButtonProps {
  ref?: Ref<HTMLButtonElement>
  onClick?(): void
  /** The pointer or the focus is on the button. */
  onIntent?(): void
}

/** The menu gives the button more properties, which go on to it. */
function UserButton({ onIntent, ...rest }: UserButtonProps) {
  const { account } = useMe()
  return (
    <Button
      variant="default"
      radius="xl"
      className="touch user-button"
      rightSection={<IconChevronDown size={16} aria-hidden />}
      leftSection={<IconUserCircle size={20} aria-hidden />}
      aria-haspopup="menu"
      onPointerEnter={onIntent}
      onFocus={onIntent}
      {...rest}
    >
      <VisuallyHidden>User&nbsp;</VisuallyHidden>
      <span className="user-name">{account.displayName}</span>
    </Button>
  )
}
