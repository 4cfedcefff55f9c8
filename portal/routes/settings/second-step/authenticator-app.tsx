import { Button, Group, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useRemoveApp, useStartApp } from '../../../api/factors.ts'
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx'
import { FailureNotice } from '../../../components/failure-notice.tsx'
import { notify } from '../../../components/notify.tsx'
import { formatDay, formatMoment } from '../../../language/format.ts'
import { AuthenticatorAppDialog } from './authenticator-app-dialog.tsx'
import type { SecondStepPart } from './second-step-part.ts'

/** One-time codes from an app on the phone. */
export function AuthenticatorApp({ factors, start, onCodes }: SecondStepPart) {
  const begin = useStartApp()
  const remove = useRemoveApp()
  const [asks, setAsks] = useState(false)
  const { authenticatorApp: app } = factors
  function end() {
    remove.mutate(undefined, {
      onSuccess: () => {
        setAsks(false)
        notify({ message: 'The authenticator app is removed.' })
      },
    })
  }
  return (
    <div>
      <Title order={3} size="h5" mb={4}>
        Authenticator app
      </Title>
      <Group justify="space-between" gap="sm">
        <Text size="sm" c="dimmed" className="row-text">
          {app
            ? `In use since ${formatDay(app.createdAt)}${app.lastUsedAt ? `, last used ${formatMoment(app.lastUsedAt)}` : ''}.`
            : 'An app on your phone shows six digits that change every 30 seconds.'}
        </Text>
        {app ? (
          <Button
            variant="default"
            size="sm"
            className="touch"
            aria-label="Remove the authenticator app"
            onClick={() => start(() => setAsks(true))}
          >
            Remove
          </Button>
        ) : (
          <Button
            size="sm"
            className="touch"
            loading={begin.isPending}
            onClick={() => start(() => begin.mutate())}
          >
            Set up an app
          </Button>
        )}
      </Group>
      {begin.error && <FailureNotice error={begin.error} title="That did not work" />}
      {begin.data && (
        <AuthenticatorAppDialog secret={begin.data} onDone={onCodes} onClose={() => begin.reset()} />
      )}
      <ConfirmDialog
        isOpen={asks}
        title="Remove the authenticator app?"
        action="Remove the app"
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={end}
        onClose={() => setAsks(false)}
      >
        Its codes stop working here.{' '}
        {factors.passkeys.length === 0 && 'Your password alone will open your account again.'}
      </ConfirmDialog>
    </div>
  )
}
