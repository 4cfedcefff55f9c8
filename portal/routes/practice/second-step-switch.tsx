import { Switch, Text, Title } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { Link } from 'react-router'
import type { Association } from '../../api/me.ts'
import { useRequireSecondStep } from '../../api/practice-desk.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { FailureNotice } from '../../components/failure-notice.tsx'

/** Whether everybody who works at the practice needs a second step at sign-in. */
export function SecondStepSwitch({ practice }: { practice: Association['practice'] }) {
  const change = useRequireSecondStep(practice.id)
  const [asks, setAsks] = useState(false)
  const { requiresSecondStep } = practice
  function send(isRequired: boolean) {
    change.mutate(isRequired, {
      onSuccess: () => {
        setAsks(false)
        notifications.show({
          message: isRequired
            ? 'Providers and staff need a second step from now on.'
            : 'Providers and staff need no second step any more.',
        })
      },
    })
  }
  return (
    <section className="card" aria-labelledby="sign-in-of-staff">
      <Title order={2} size="h4" id="sign-in-of-staff" mb="md">
        Sign-in of your staff
      </Title>
      <Switch
        size="md"
        label="Staff must use a second step"
        description="Providers and staff see patients only after a code or a passkey. Who has none sets it up at the next sign-in."
        checked={requiresSecondStep}
        disabled={change.isPending}
        onChange={() => (requiresSecondStep ? send(false) : setAsks(true))}
      />
      {change.error && !asks && <FailureNotice error={change.error} title="That did not work" />}
      <ConfirmDialog
        isOpen={asks}
        title="Ask everybody for a second step?"
        action="Ask for a second step"
        isPending={change.isPending}
        error={change.error}
        onConfirm={() => send(true)}
        onClose={() => {
          change.reset()
          setAsks(false)
        }}
      >
        <Text>
          Who works at {practice.name} and has no second step sees no patients until it is set up. Apps that
          providers and staff have connected lose their access and must be connected again. Patients and
          families notice nothing.
        </Text>
        <Text mt="sm">
          You need a second step yourself first:{' '}
          <Link to="/account/settings/security">Settings → Security</Link>.
        </Text>
      </ConfirmDialog>
    </section>
  )
}
