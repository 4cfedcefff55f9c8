import { Button, Title } from '@mantine/core'
import { useState } from 'react'
import type { Application } from '#server/portal-api/answers.ts'
import { useTakeBackChange, useWaitingChange } from '../../../api/backend-services.ts'
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx'
import { FailureNotice } from '../../../components/failure-notice.tsx'
import { notify } from '../../../components/notify.tsx'
import { ServiceChangeFacts } from '../../../components/service-change-facts.tsx'
import { formatMoment } from '../../../language/format.ts'

/** The change of an approved service that waits for its practices: its developer sees it here, and can take it back. Nothing where none waits. */
export function WaitingChange({ application }: { application: Application }) {
  const { data, error, refetch } = useWaitingChange(application.id)
  const takeBack = useTakeBackChange(application.id)
  const [asks, setAsks] = useState(false)
  if (error)
    return (
      <FailureNotice
        error={error}
        title="Whether a change waits could not be loaded"
        retry={() => void refetch()}
      />
    )
  if (!data?.change) return null
  const { requestedAt, changes, waitsFor, waitsForMore } = data.change
  function confirm() {
    takeBack.mutateAsync(undefined).then(
      () => {
        setAsks(false)
        notify({ message: `The change is taken back. ${application.name} stays as it is.` })
      },
      () => undefined,
    )
  }
  return (
    <article className="card" aria-labelledby="waiting-change">
      <Title order={2} size="h4" id="waiting-change" mb="md">
        A change waits for an approval
      </Title>
      <dl className="facts">
        <dt>Asked on</dt>
        <dd>{formatMoment(requestedAt)}</dd>
        <dt>Waits for</dt>
        <dd>{(waitsForMore ? [...waitsFor, 'others'] : waitsFor).join(', ')}</dd>
        <ServiceChangeFacts changes={changes} />
      </dl>
      <Button variant="default" mt="md" onClick={() => setAsks(true)}>
        Take the change back
      </Button>
      <ConfirmDialog
        isOpen={asks}
        title="Take the change back?"
        action="Take back"
        cancel="Let it wait"
        isPending={takeBack.isPending}
        error={takeBack.error}
        onConfirm={confirm}
        onClose={() => setAsks(false)}
      >
        {application.name} stays as it is, and no practice is asked any more. You can save the change again
        later.
      </ConfirmDialog>
    </article>
  )
}
