import { Anchor, Button, Group, Modal, Stack, Switch, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'
import type { Association } from '#server/portal-api/answers.ts'
import { portalPages } from '#server/portal-pages.ts'
import { useRequireSecondStep } from '../../api/practice-desk.ts'
import { FailureNotice } from '../../components/failure-notice.tsx'
import { notify } from '../../components/notify.tsx'

/** Whether everybody who works at the practice needs a second step at sign-in. */
export function SecondStepSwitch({ practice }: { practice: Association['practice'] }) {
  const change = useRequireSecondStep(practice.id)
  const [asks, setAsks] = useState(false)
  const { requiresSecondStep } = practice
  function close() {
    change.reset()
    setAsks(false)
  }
  function send(isRequired: boolean) {
    change.mutate(isRequired, {
      onSuccess: () => {
        setAsks(false)
        notify({
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
      <Modal opened={asks} onClose={close} title="Ask everybody for a second step?">
        <Stack gap="md">
          <Text>
            Who works at {practice.name} and has no second step sees no patients until it is set up. Apps that
            providers and staff have connected lose their access and must be connected again. Patients and
            families notice nothing.
          </Text>
          <Text>
            You need a second step yourself first:{' '}
            <Anchor component={Link} to={portalPages.security} underline="always">
              Settings → Security
            </Anchor>
            .
          </Text>
          {change.error && <FailureNotice error={change.error} title="That did not work" />}
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={close} data-autofocus>
              Cancel
            </Button>
            <Button onClick={() => send(true)} loading={change.isPending}>
              Ask for a second step
            </Button>
          </Group>
        </Stack>
      </Modal>
    </section>
  )
}
