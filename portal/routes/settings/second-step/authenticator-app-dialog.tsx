import { Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { AppSecret } from '#server/portal-api/answers.ts'
import { useConfirmApp } from '../../../api/factors.ts'
import { CopyField } from '../../../components/copy-field.tsx'
import { FormDialog } from '../../../components/dialog.tsx'
import { FailureNotice } from '../../../components/failure-notice.tsx'
import { faultOf, isOfNoField } from '../../../components/form-failure.ts'
import { notify } from '../../../components/notify.tsx'
import { QrCode } from '../../../components/qr-code.tsx'

interface AuthenticatorAppDialogProps {
  secret: AppSecret
  onDone(codes: string[] | null): void
  onClose(): void
}

/** Shows the secret, and asks for one code as a proof that the app has it. */
export function AuthenticatorAppDialog({ secret, onDone, onClose }: AuthenticatorAppDialogProps) {
  const confirm = useConfirmApp()
  const [code, setCode] = useState('')
  function submit() {
    confirm.mutate(code, {
      onSuccess: ({ recoveryCodes }) => {
        notify({ message: 'The authenticator app is set up.' })
        onDone(recoveryCodes)
        onClose()
      },
    })
  }
  return (
    <FormDialog
      title="Set up an authenticator app"
      action="Turn it on"
      isPending={confirm.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text>
        Open an authenticator app on your phone, such as Aegis, Google Authenticator or your password manager,
        and scan this picture with it.
      </Text>
      <QrCode text={secret.uri} label="QR code for your authenticator app. The key below it says the same." />
      <CopyField label="Or type this key into the app" value={groupByFour(secret.text)} />
      <TextInput
        label="Code"
        description="The six digits that the app shows now."
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={10}
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
        error={faultOf(confirm.error, 'code')}
        required
      />
      {isOfNoField(confirm.error, ['code']) && (
        <FailureNotice error={confirm.error} title="The app was not set up" />
      )}
    </FormDialog>
  )
}

function groupByFour(text: string): string {
  return text.replaceAll(/(.{4})(?!$)/g, '$1 ')
}
