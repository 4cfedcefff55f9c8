import { Button, Group, Text, Title } from '@mantine/core'
import { useState } from 'react'
import type { Passkey } from '#server/portal-api/answers.ts'
import { hasPasskeys, useRemovePasskey } from '../../../api/factors.ts'
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx'
import { notify } from '../../../components/notify.tsx'
import { formatDay, formatMoment } from '../../../language/format.ts'
import { PasskeyDialog } from './passkey-dialog.tsx'
import type { SecondStepPart } from './second-step-part.ts'

/** Passkeys: the devices that sign in with a finger, a face or a PIN. */
export function Passkeys({ factors, start, onCodes }: SecondStepPart) {
  const remove = useRemovePasskey()
  const [isAdding, setIsAdding] = useState(false)
  const [leaving, setLeaving] = useState<Passkey>()
  const isLast = factors.passkeys.length === 1 && factors.authenticatorApp === null
  function end() {
    if (!leaving) return
    remove.mutate(leaving.id, {
      onSuccess: () => {
        setLeaving(undefined)
        notify({ message: `The passkey ${leaving.name} is removed.` })
      },
    })
  }
  return (
    <div>
      <Title order={3} size="h5" mb={4} id="passkeys">
        Passkeys
      </Title>
      <Group justify="space-between" gap="sm">
        <Text size="sm" c="dimmed" className="row-text">
          {hasPasskeys
            ? 'Sign in with your finger, face or PIN on this device, or with a security key. It needs no password.'
            : 'This browser does not know passkeys. Use another one to add a passkey.'}
        </Text>
        {hasPasskeys && (
          <Button size="sm" className="touch" onClick={() => start(() => setIsAdding(true))}>
            Add a passkey
          </Button>
        )}
      </Group>
      {factors.passkeys.length > 0 && (
        <ul className="rows second-step-list" aria-labelledby="passkeys">
          {factors.passkeys.map((passkey) => (
            <li key={passkey.id}>
              <div className="row-text">
                <Text fw={550}>{passkey.name}</Text>
                <Text size="sm" c="dimmed">
                  Added {formatDay(passkey.createdAt)},{' '}
                  {passkey.lastUsedAt ? `last used ${formatMoment(passkey.lastUsedAt)}` : 'not used yet'}
                </Text>
              </div>
              <Button
                variant="default"
                size="sm"
                className="touch"
                aria-label={`Remove the passkey ${passkey.name}`}
                onClick={() => start(() => setLeaving(passkey))}
              >
                Remove
              </Button>
            </li>
          ))}
        </ul>
      )}
      {isAdding && <PasskeyDialog onDone={onCodes} onClose={() => setIsAdding(false)} />}
      <ConfirmDialog
        isOpen={leaving !== undefined}
        title={`Remove the passkey ${leaving?.name ?? ''}?`}
        action="Remove the passkey"
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={end}
        onClose={() => setLeaving(undefined)}
      >
        It stops working here; remove it from the device, too.{' '}
        {isLast && 'Your password alone will open your account again.'}
      </ConfirmDialog>
    </div>
  )
}
