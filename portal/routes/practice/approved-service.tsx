import { Button, List, Title } from '@mantine/core'
import { useState } from 'react'
import type { ApprovedService, Practice } from '#server/portal-api/answers.ts'
import { useEndApproval } from '../../api/backend-services.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { notify } from '../../components/notify.tsx'
import { formatDay, formatMoment } from '../../language/format.ts'
import { wordsOfServiceScopes } from '../../record/service-scope-words.ts'

interface ApprovedServiceCardProps {
  practice: Practice
  service: ApprovedService
  mayDecide: boolean
}

export function ApprovedServiceCard({ practice, service, mayDecide }: ApprovedServiceCardProps) {
  const end = useEndApproval(practice.id)
  const [asks, setAsks] = useState(false)
  const { application, approvedBy, approvedAt, lastUsedAt, scopes } = service
  function confirm() {
    end.mutate(service, {
      onSuccess: () => notify({ message: `${application.name} has no access any more.` }),
    })
  }
  return (
    <article className="card" aria-labelledby={`service-${service.id}`}>
      <Title order={3} size="h5" id={`service-${service.id}`} mb="md">
        {application.name}
      </Title>
      <dl className="facts">
        <dt>It may</dt>
        <dd>
          <List size="md" spacing={2}>
            {wordsOfServiceScopes(scopes).map((words) => (
              <List.Item key={words}>{words}</List.Item>
            ))}
          </List>
        </dd>
        <dt>Approved</dt>
        <dd>
          by {approvedBy} on {formatDay(approvedAt)}
        </dd>
        <dt>Last used</dt>
        <dd>{lastUsedAt ? formatMoment(lastUsedAt) : 'not yet'}</dd>
      </dl>
      {mayDecide && (
        <Button
          color="red"
          variant="outline"
          mt="md"
          onClick={() => setAsks(true)}
          aria-label={`End access of ${application.name}`}
        >
          End access
        </Button>
      )}
      <ConfirmDialog
        isOpen={asks}
        title={`End the access of ${application.name}?`}
        action="End access"
        isPending={end.isPending}
        error={end.error}
        onConfirm={confirm}
        onClose={() => setAsks(false)}
      >
        It stops within a second, in the middle of what it does. What it has read before stays there. It has
        to ask again to come back.
      </ConfirmDialog>
    </article>
  )
}
