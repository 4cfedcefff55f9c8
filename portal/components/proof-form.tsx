import { Button, PasswordInput, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { hasPasskeys, useFactors } from '../api/factors.ts'
import { useMe } from '../api/me.ts'
import { proveWithPasskey, proveWithPassword } from '../api/proof.ts'
import { FormDialog } from './dialog.tsx'
import { FailureNotice } from './failure-notice.tsx'
import { faultOf, isOfNoField } from './form-failure.ts'
import { UsernameField } from './username-field.tsx'

/** Asks for the password or a passkey once more. */
export function ProofForm({ onEnd }: { onEnd(isProven: boolean): void }) {
  const { account } = useMe()
  const { data: factors } = useFactors()
  const [password, setPassword] = useState('')
  const onSuccess = () => onEnd(true)
  const byPassword = useMutation({ mutationFn: proveWithPassword, onSuccess })
  const byPasskey = useMutation({ mutationFn: proveWithPasskey, onSuccess })
  const error = byPassword.error ?? byPasskey.error
  return (
    <FormDialog
      title="Confirm that it is you"
      action="Confirm"
      isPending={byPassword.isPending}
      onSubmit={() => byPassword.mutate(password)}
      onClose={() => onEnd(false)}
    >
      <Text>So that nobody does this in your absence, please enter your password once more.</Text>
      <UsernameField email={account.email} />
      <PasswordInput
        label="Password"
        autoComplete="current-password"
        required
        data-autofocus
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        error={faultOf(byPassword.error, 'password')}
      />
      {isOfNoField(error, ['password']) && <FailureNotice error={error} title="That did not work" />}
      {hasPasskeys && (factors?.passkeys.length ?? 0) > 0 && (
        <Button variant="default" onClick={() => byPasskey.mutate()} loading={byPasskey.isPending}>
          Use a passkey
        </Button>
      )}
    </FormDialog>
  )
}
