import { Button, Group, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useRenewCodes } from '../../../api/factors.ts'
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx'
import type { SecondStepPart } from './second-step-part.ts'

/** How many recovery codes are left, and new ones. */
export function RecoveryCodes({ factors, start, onCodes }: SecondStepPart) {
  const renew = useRenewCodes()
  const [asks, setAsks] = useState(false)
  const left = factors.recoveryCodesLeft ?? 0
  function make() {
    renew.mutate(undefined, {
      onSuccess: ({ recoveryCodes }) => {
        setAsks(false)
        onCodes(recoveryCodes)
      },
    })
  }
  return (
    <div>
      <Title order={3} size="h5" mb={4}>
        Recovery codes
      </Title>
      <Group justify="space-between" gap="sm">
        <Text size="sm" c={left < 3 ? 'var(--text)' : 'dimmed'} className="row-text">
          {left} of 10 left. {left < 3 && 'Please make new ones. '}They open your account when you have lost
          your phone; each works once.
        </Text>
        <Button variant="default" size="sm" className="touch" onClick={() => start(() => setAsks(true))}>
          Make new codes
        </Button>
      </Group>
      <ConfirmDialog
        isOpen={asks}
        title="Make new recovery codes?"
        action="Make new codes"
        isPending={renew.isPending}
        error={renew.error}
        onConfirm={make}
        onClose={() => setAsks(false)}
      >
        The codes that you have now stop working.
      </ConfirmDialog>
    </div>
  )
}
