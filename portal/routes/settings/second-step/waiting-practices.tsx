import { Alert, Button, Group, Text } from '@mantine/core'
import { IconCheck, IconShieldLock } from '@tabler/icons-react'
import { useSearchParams } from 'react-router'
import { useMe } from '../../../api/me.ts'

/**
 * For who was led here after the sign-in, because a practice asks its staff for a second step: says so, and leads on
 * to where the person wanted to be.
 */
export function WaitingPractices() {
  const { associations } = useMe()
  const next = localAddress(useSearchParams()[0].get('next'))
  const names = new Set(associations.flatMap((each) => (each.needsSecondStep ? [each.practice.name] : [])))
  if (names.size === 0 && next === undefined) return null
  if (names.size === 0)
    return (
      <Alert color="green" title="Your second step is set up" icon={<IconCheck aria-hidden />}>
        <Button component="a" href={next} mt="xs" className="own-width">
          Go on
        </Button>
      </Alert>
    )
  return (
    <Alert color="blue" title="Set up a second step to go on" icon={<IconShieldLock aria-hidden />}>
      <Text c="var(--text)">
        {[...names].join(' and ')} asks everybody who works there for a second step at sign-in. Until yours is
        set up below, you cannot see its patients. Have one already? Then sign out and sign in with it.
      </Text>
      {next !== undefined && (
        <Group mt="sm">
          <Button component="a" href={next} variant="default" className="touch">
            Not now
          </Button>
        </Group>
      )}
    </Alert>
  )
}

/** A path of this portal; another site must not be able to stand behind our button. */
function localAddress(text: string | null): string | undefined {
  if (text === null || !URL.canParse(text, window.location.origin)) return undefined
  const url = new URL(text, window.location.origin)
  return url.origin === window.location.origin ? `${url.pathname}${url.search}` : undefined
}
