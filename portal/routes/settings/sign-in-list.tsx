import { Badge, Button, Group, Stack, Text, Title } from '@mantine/core'
import { IconDeviceDesktop, IconDeviceMobile } from '@tabler/icons-react'
import { useState } from 'react'
import type { SignIn } from '#server/portal-api/answers.ts'
import { useEndOtherSignIns, useEndSignIn, useSignIns } from '../../api/sign-ins.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { FailureNotice } from '../../components/failure-notice.tsx'
import { LoadingLines } from '../../components/loading-lines.tsx'
import { formatMoment } from '../../language/format.ts'
import { useWords } from '../../language/use-words.ts'
import { nameOfBrowser } from './name-of-browser.ts'

/** Where the account is signed in, and how to end that. */
export function SignInList() {
  const words = useWords('signIns')
  const { data, error, isPending, refetch } = useSignIns()
  const endOthers = useEndOtherSignIns()
  const [asks, setAsks] = useState(false)
  const others = data?.signIns.filter(({ isCurrent }) => !isCurrent).length ?? 0
  function end() {
    endOthers.mutate(undefined, { onSuccess: () => setAsks(false) })
  }
  return (
    <section className="card" aria-labelledby="your-sign-ins">
      <Title order={2} size="h4" id="your-sign-ins" mb="md">
        {words('title')}
      </Title>
      {isPending && <LoadingLines />}
      {error && <FailureNotice error={error} title={words('notLoaded')} retry={() => void refetch()} />}
      {data && (
        <Stack gap="md">
          <ul className="rows">
            {data.signIns.map((signIn) => (
              <SignInRow key={signIn.id} signIn={signIn} />
            ))}
          </ul>
          <Button
            variant="default"
            className="own-width"
            onClick={() => setAsks(true)}
            disabled={others === 0}
          >
            {words('endOthers')}
          </Button>
        </Stack>
      )}
      <ConfirmDialog
        isOpen={asks}
        title={words('endOthersAsk')}
        action={words('endOthers')}
        isPending={endOthers.isPending}
        error={endOthers.error}
        onConfirm={end}
        onClose={() => setAsks(false)}
      >
        {words('endOthersHint')}
      </ConfirmDialog>
    </section>
  )
}

function SignInRow({ signIn }: { signIn: SignIn }) {
  const words = useWords('signIns')
  const end = useEndSignIn()
  const { browser, system } = nameOfBrowser(signIn.userAgent)
  const known = browser ?? words('browser')
  const name = system === undefined ? known : words('browserOn', { browser: known, system })
  const Icon = /mobile|android|iphone/i.test(signIn.userAgent) ? IconDeviceMobile : IconDeviceDesktop
  return (
    <li>
      <Group wrap="nowrap" align="flex-start" gap="sm">
        <Icon size={24} aria-hidden className="section-icon" />
        <div>
          <Text fw={550}>
            {name}{' '}
            {signIn.isCurrent && (
              <Badge variant="light" color="green" tt="none">
                {words('thisBrowser')}
              </Badge>
            )}
          </Text>
          <Text size="sm" c="dimmed">
            {words(signIn.address ? 'activeFrom' : 'active', {
              last: formatMoment(signIn.lastSeenAt),
              since: formatMoment(signIn.createdAt),
              address: signIn.address ?? '',
            })}
          </Text>
          {end.error && <FailureNotice error={end.error} title={words('notEnded')} />}
        </div>
      </Group>
      {!signIn.isCurrent && (
        <Button
          variant="default"
          size="sm"
          className="touch"
          loading={end.isPending}
          onClick={() => end.mutate(signIn.id)}
          aria-label={words('endOne', { name, last: formatMoment(signIn.lastSeenAt) })}
        >
          {words('end')}
        </Button>
      )}
    </li>
  )
}
