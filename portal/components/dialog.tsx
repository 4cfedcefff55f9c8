import '../mantine-controls.css'
import { Button, Group, Modal, Stack } from '@mantine/core'
import { type FormEvent, type ReactNode, useLayoutEffect, useRef } from 'react'

interface DialogProps {
  title: string
  children: ReactNode
  closeOnClickOutside?: boolean
  onClose(): void
}

/** A dialog that is open as long as it is there; afterwards the focus is where it was before. */
export function Dialog({ title, children, closeOnClickOutside = true, onClose }: DialogProps) {
  // Mantine gives the focus back when a dialog closes, but not when it is taken away. A layout effect, so that the
  // focus is there as soon as the dialog is gone: the next key may already be on its way.
  const before = useRef(document.activeElement)
  useLayoutEffect(() => {
    const { current } = before
    return () => {
      if (current instanceof HTMLElement && current.isConnected) current.focus({ preventScroll: true })
    }
  }, [])
  return (
    <Modal opened onClose={onClose} title={title} closeOnClickOutside={closeOnClickOutside}>
      {children}
    </Modal>
  )
}

interface FormDialogProps extends DialogProps {
  /** The verb of what will happen. */
  action: string
  isPending: boolean
  onSubmit(): void
}

/** A dialog with fields, and the buttons that send or leave it. */
export function FormDialog({ title, children, action, isPending, onSubmit, onClose }: FormDialogProps) {
  function submit(event: FormEvent) {
    event.preventDefault()
    onSubmit()
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {children}
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={isPending}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}
