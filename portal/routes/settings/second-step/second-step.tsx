import { Badge, Group, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import type { Factors } from '#server/portal-api/answers.ts'
import { leaveForProof } from '../../../api/call-api.ts'
import { useFactors } from '../../../api/factors.ts'
import { FailureNotice } from '../../../components/failure-notice.tsx'
import { LoadingLines } from '../../../components/loading-lines.tsx'
import { AuthenticatorApp } from './authenticator-app.tsx'
import { Passkeys } from './passkeys.tsx'
import { RecoveryCodes } from './recovery-codes.tsx'
import { RecoveryCodesDialog } from './recovery-codes-dialog.tsx'

/** The second step of signing in: an authenticator app, passkeys, recovery codes. */
export function SecondStep() {
  const { data: factors, error, isPending, refetch } = useFactors()
  const [codes, setCodes] = useState<string[] | null>(null)
  const isOn = factors !== undefined && (factors.authenticatorApp !== null || factors.passkeys.length > 0)
  return (
    <section className="card" aria-labelledby="second-step">
      <Group gap="sm" mb={4}>
        <Title order={2} size="h4" id="second-step">
          Second step
        </Title>
        {factors && (
          <Badge variant="light" color={isOn ? 'green' : 'gray'} tt="none">
            {isOn ? 'On' : 'Off'}
          </Badge>
        )}
      </Group>
      <Text c="dimmed" mb="md">
        With a second step nobody opens your account by its password alone: you also show that you have your
        phone, computer or security key.
      </Text>
      {isPending && <LoadingLines lines={3} />}
      {error && <FailureNotice error={error} title="This could not be loaded" retry={() => void refetch()} />}
      {factors && (
        <Stack gap="xl">
          <Parts factors={factors} onCodes={setCodes} />
        </Stack>
      )}
      {codes && <RecoveryCodesDialog codes={codes} onClose={() => setCodes(null)} />}
    </section>
  )
}

function Parts({ factors, onCodes }: { factors: Factors; onCodes(codes: string[] | null): void }) {
  const start = (change: () => void) => (factors.isProven ? change() : leaveForProof())
  const part = { factors, start, onCodes }
  return (
    <>
      <AuthenticatorApp {...part} />
      <Passkeys {...part} />
      {factors.recoveryCodesLeft !== null && <RecoveryCodes {...part} />}
    </>
  )
}
