import { Badge, Button, Group, Text, Title } from '@mantine/core'
import { useState } from 'react'
import type { Practice, ServiceChange } from '#server/portal-api/answers.ts'
import { useAcceptChange, useRefuseChange } from '../../api/backend-services.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { notify } from '../../components/notify.tsx'
import { ServiceChangeFacts } from '../../components/service-change-facts.tsx'
import { formatMoment } from '../../language/format.ts'

interface ServiceChangeCardProps {
  practice: Practice
  change: ServiceChange
  mayDecide: boolean
}

/** An approved service would be another one: what it was, and what it would be. */
export function ServiceChangeCard({ practice, change, mayDecide }: ServiceChangeCardProps) {
  const accept = useAcceptChange(practice.id)
  const refuse = useRefuseChange(practice.id)
  const [asks, setAsks] = useState<'accept' | 'refuse'>()
  const { id, application, requestedAt, changes, isAgreed } = change
  /** Said when it is done, though the card is gone by then. */
  function decide(how: typeof accept, message: string) {
    how.mutateAsync(change).then(
      () => {
        setAsks(undefined)
        notify({ message })
      },
      () => undefined,
    )
  }
  return (
    <article className="card" aria-labelledby={`change-${id}`}>
      <Group gap="xs" mb="md">
        <Title order={3} size="h5" id={`change-${id}`}>
          {application.name} wants to change
        </Title>
        {isAgreed && <Badge variant="light">Waits for other practices</Badge>}
      </Group>
      <dl className="facts">
        <dt>Asked on</dt>
        <dd>{formatMoment(requestedAt)}</dd>
        <ServiceChangeFacts changes={changes} />
      </dl>
      <Text size="sm" c="dimmed" mt="sm">
        Until you agree it stays as it was.
      </Text>
      {mayDecide && !isAgreed && (
        <Group gap="sm" mt="md">
          <Button onClick={() => setAsks('accept')} aria-label={`Agree to the change of ${application.name}`}>
            Agree
          </Button>
          <Button
            variant="default"
            onClick={() => setAsks('refuse')}
            aria-label={`Refuse the change of ${application.name}`}
          >
            Refuse
          </Button>
        </Group>
      )}
      <ConfirmDialog
        isOpen={asks === 'accept'}
        title={`Agree to the change of ${application.name}?`}
        action="Agree"
        cancel="Not now"
        isPending={accept.isPending}
        error={accept.error}
        onConfirm={() => decide(accept, `You have agreed to the change of ${application.name}.`)}
        onClose={() => setAsks(undefined)}
      >
        Agree only to what its developer has announced to you. Whoever has the new keys reaches the records of
        all patients of {practice.name}.
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={asks === 'refuse'}
        title={`Refuse the change of ${application.name}?`}
        action="Refuse"
        cancel="Not now"
        isPending={refuse.isPending}
        error={refuse.error}
        onConfirm={() => decide(refuse, `${application.name} stays as it was.`)}
        onClose={() => setAsks(undefined)}
      >
        It goes on as it was. To end its access altogether, choose "End access" beside it.
      </ConfirmDialog>
    </article>
  )
}
