import { Stack } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useParams } from 'react-router'
import type { Application } from '#server/portal-api/answers.ts'
import { useApplication, useUpdateApplication } from '../../../api/applications.ts'
import { FailureNotice } from '../../../components/failure-notice.tsx'
import { isOfNoField } from '../../../components/form-failure.ts'
import { LoadingLines } from '../../../components/loading-lines.tsx'
import { notify } from '../../../components/notify.tsx'
import { PageHeading } from '../../../components/page-heading.tsx'
import { draftOf, formOf, isUnchanged } from './application-draft.ts'
import { ApplicationFields, fieldNames } from './application-fields.tsx'
import { ApplicationWarnings } from './application-warnings.tsx'
import { ConnectionGuide } from './connection-guide.tsx'
import { Credentials } from './credentials.tsx'
import { DeleteApplication } from './delete-application.tsx'
import { SaveBar } from './save-bar.tsx'
import { WaitingChange } from './waiting-change.tsx'

/** `/account/settings/applications/:applicationId` */
export function EditApplication() {
  const { applicationId = '' } = useParams()
  const { data, error, isPending, refetch } = useApplication(applicationId)
  if (isPending) return <LoadingLines lines={3} height={120} />
  if (!data)
    return (
      <Stack gap="lg">
        <PageHeading title="FHIR API Application" />
        <FailureNotice
          error={error}
          title="The application could not be loaded"
          retry={() => void refetch()}
        />
      </Stack>
    )
  return <LoadedApplication key={applicationId} application={data.application} />
}

function LoadedApplication({ application }: { application: Application }) {
  const update = useUpdateApplication(application.id)
  const [draft, setDraft] = useState(() => draftOf(application))
  const [secret, setSecret] = useState<string | null>(null)
  function submit(event: FormEvent) {
    event.preventDefault()
    update.mutate(formOf(draft), {
      onSuccess: (answer) => {
        setDraft(draftOf(answer.application))
        notify({ message: 'Your changes are saved.' })
      },
    })
  }
  return (
    <Stack gap="lg">
      <PageHeading title={`Edit ${application.name}`} />
      <ApplicationWarnings warnings={application.warnings} />
      <WaitingChange application={application} />
      <Credentials application={application} secret={secret} onRotated={setSecret} />
      <form id="application" onSubmit={submit}>
        <ApplicationFields draft={draft} error={update.error} isRegistered onChange={setDraft} />
      </form>
      <ConnectionGuide application={application} secret={secret} />
      <DeleteApplication application={application} />
      {isOfNoField(update.error, fieldNames) && (
        <FailureNotice error={update.error} title="Your changes were not saved" />
      )}
      <SaveBar
        form="application"
        isPending={update.isPending}
        status={
          isUnchanged(draft, application) ? 'Everything is saved.' : 'You have changes that are not saved.'
        }
      />
    </Stack>
  )
}
