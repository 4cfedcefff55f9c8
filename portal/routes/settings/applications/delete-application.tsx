import { Button, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import type { Application } from '#server/portal-api/answers.ts'
import { portalPages } from '#server/portal-pages.ts'
import { useRemoveApplication } from '../../../api/applications.ts'
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx'
import { notify } from '../../../components/notify.tsx'

export function DeleteApplication({ application }: { application: Application }) {
  const remove = useRemoveApplication(application.id)
  const navigate = useNavigate()
  const [asks, setAsks] = useState(false)
  function confirm() {
    remove.mutate(undefined, {
      onSuccess: () => {
        notify({ message: `${application.name} is deleted.` })
        void navigate(portalPages.applications)
      },
    })
  }
  return (
    <section className="card" aria-labelledby="delete-application">
      <Title order={2} size="h4" id="delete-application" mb={4}>
        Delete the application
      </Title>
      <Text c="dimmed" mb="md">
        Ends the access of everybody who connected it.
      </Text>
      <Button color="red" variant="outline" onClick={() => setAsks(true)}>
        Delete application
      </Button>
      <ConfirmDialog
        isOpen={asks}
        title={`Delete ${application.name}?`}
        action="Delete application"
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={confirm}
        onClose={() => setAsks(false)}
      >
        All grants of the application end within a second: its access and refresh tokens stop working for
        everybody who connected it. Its client id and secrets stop working too. This cannot be undone.
      </ConfirmDialog>
    </section>
  )
}
