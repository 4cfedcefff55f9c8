import { Alert, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { ApiFailure } from '../../../api/call-api.ts'
import { useAddPasskey } from '../../../api/factors.ts'
import { FormDialog } from '../../../components/dialog.tsx'
import { FailureNotice } from '../../../components/failure-notice.tsx'
import { faultOf } from '../../../components/form-failure.ts'
import { notify } from '../../../components/notify.tsx'
import { useWords } from '../../../language/use-words.ts'
import { nameOfBrowser } from '../name-of-browser.ts'

interface PasskeyDialogProps {
  onDone(codes: string[] | null): void
  onClose(): void
}

/** Names a passkey, then lets the browser make it. */
export function PasskeyDialog({ onDone, onClose }: PasskeyDialogProps) {
  const signIns = useWords('signIns')
  const add = useAddPasskey()
  const [name, setName] = useState(() => {
    const { browser, system } = nameOfBrowser(navigator.userAgent)
    const known = browser ?? signIns('browser')
    return system === undefined ? known : signIns('browserOn', { browser: known, system })
  })
  function submit() {
    add.mutate(name, {
      onSuccess: ({ recoveryCodes }) => {
        notify({ message: `The passkey ${name} is ready.` })
        onDone(recoveryCodes)
        onClose()
      },
    })
  }
  return (
    <FormDialog
      title="Add a passkey"
      action="Go on"
      isPending={add.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text>Your browser asks for your finger, your face or a PIN next. That never leaves your device.</Text>
      <TextInput
        label="Name"
        description="So that you know it again in the list."
        name="name"
        autoComplete="off"
        maxLength={60}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={faultOf(add.error, 'name')}
        required
        data-autofocus
      />
      {add.error && faultOf(add.error, 'name') === undefined && <Failure error={add.error} />}
    </FormDialog>
  )
}

/** What the browser refuses says little (WebAuthn Level 3 §14.5.1), and comes as its own kind of error. */
function Failure({ error }: { error: Error }) {
  if (error instanceof ApiFailure) return <FailureNotice error={error} title="The passkey was not added" />
  const isKnown = error.name === 'InvalidStateError'
  return (
    <Alert color="red" title="The passkey was not added" role="alert">
      <Text size="sm" c="var(--text)">
        {isKnown
          ? 'This device has a passkey for your account already.'
          : 'The browser made none: the request was cancelled, took too long, or this device cannot make one.'}
      </Text>
    </Alert>
  )
}
