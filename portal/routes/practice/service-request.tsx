import { Button, Group, List, Title } from '@mantine/core'
import { useState } from 'react'
import type { Practice, ServiceRequest } from '#server/portal-api/answers.ts'
import { useApprove, useRefuse } from '../../api/backend-services.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { notify } from '../../components/notify.tsx'
import { formatMoment } from '../../language/format.ts'
import { wordsOfServiceScopes } from '../../record/service-scope-words.ts'

interface ServiceRequestCardProps {
  practice: Practice
  request: ServiceRequest
  mayDecide: boolean
}

export function ServiceRequestCard({ practice, request, mayDecide }: ServiceRequestCardProps) {
  const approve = useApprove(practice.id)
  const refuse = useRefuse(practice.id)
  const [asks, setAsks] = useState<'approve' | 'refuse'>()
  const { application, requestedBy, requestedAt, scopes } = request
  const say = (message: string) => ({ onSuccess: () => notify({ message }) })
  return (
    <article className="card" aria-labelledby={`request-${request.id}`}>
      <Title order={3} size="h5" id={`request-${request.id}`} mb="md">
        {application.name}
      </Title>
      <dl className="facts">
        <dt>Asked by</dt>
        <dd>{requestedBy}</dd>
        <dt>Asked on</dt>
        <dd>{formatMoment(requestedAt)}</dd>
        <dt>It wants to</dt>
        <dd>
          <List size="md" spacing={2}>
            {wordsOfServiceScopes(scopes).map((words) => (
              <List.Item key={words}>{words}</List.Item>
            ))}
          </List>
        </dd>
      </dl>
      {mayDecide && (
        <Group gap="sm" mt="md">
          <Button onClick={() => setAsks('approve')} aria-label={`Approve ${application.name}`}>
            Approve
          </Button>
          <Button
            variant="default"
            onClick={() => setAsks('refuse')}
            aria-label={`Refuse ${application.name}`}
          >
            Refuse
          </Button>
        </Group>
      )}
      <ConfirmDialog
        isOpen={asks === 'approve'}
        title={`Approve ${application.name}?`}
        action="Approve"
        cancel="Not now"
        isPending={approve.isPending}
        error={approve.error}
        onConfirm={() => approve.mutate(request, say(`${application.name} is approved.`))}
        onClose={() => setAsks(undefined)}
      >
        It then reaches the records of all patients of {practice.name}, at any time and without asking again,
        until you end it. Approve only what you know and have agreed with {requestedBy}.
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={asks === 'refuse'}
        title={`Refuse ${application.name}?`}
        action="Refuse"
        cancel="Not now"
        isPending={refuse.isPending}
        error={refuse.error}
        onConfirm={() => refuse.mutate(request, say(`${application.name} was refused.`))}
        onClose={() => setAsks(undefined)}
      >
        It gets no access. {requestedBy} may ask again.
      </ConfirmDialog>
    </article>
  )
}
