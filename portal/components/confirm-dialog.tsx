import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { FailureNotice } from './failure-notice.tsx'

interface ConfirmDialogProps {
  isOpen: boolean
  title: string
  children: ReactNode
  /** The verb of what will happen: "End access", never "OK". */
  action: string
  /** The way out. */
  cancel?: string
  isPending: boolean
  error: unknown
  onConfirm(): void
  onClose(): void
}

/** Asks before something that cannot be taken back. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { isOpen, title, children, action, cancel = 'Keep it', isPending, error, onConfirm, onClose } = props
  return (
    <Modal opened={isOpen} onClose={onClose} title={title}>
      <Stack gap="lg">
        <Text component="div">{children}</Text>
        {error ? <FailureNotice error={error} title="That did not work" /> : null}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose} data-autofocus>
            {cancel}
          </Button>
          <Button color="red" onClick={onConfirm} loading={isPending}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
