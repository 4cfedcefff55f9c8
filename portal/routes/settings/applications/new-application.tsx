import { Stack, Text } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { NewSecret } from '#server/portal-api/answers.ts'
import { useCreateApplication } from '../../../api/applications.ts'
import { ApiFailure } from '../../../api/call-api.ts'
import { useMe } from '../../../api/me.ts'
import { FailureNotice } from '../../../components/failure-notice.tsx'
import { isOfNoField } from '../../../components/form-failure.ts'
import { PageHeading } from '../../../components/page-heading.tsx'
import { emptyDraft, formOf } from './application-draft.ts'
import { ApplicationFields, fieldNames } from './application-fields.tsx'
import { CreatedApplication } from './created-application.tsx'
import { NeedsProvider } from './needs-provider.tsx'
import { SaveBar } from './save-bar.tsx'

/** `/account/settings/applications/new`: the form, and then once the secret. */
export function NewApplication() {
  const { associations } = useMe()
  // Only in memory: after a reload the secret is gone, as promised.
  const [created, setCreated] = useState<NewSecret>()
  if (created) return <CreatedApplication answer={created} />
  return (
    <Stack gap="lg">
      <PageHeading title="Add application" />
      {associations.length > 0 ? <NewApplicationForm onCreated={setCreated} /> : <NeedsProvider />}
    </Stack>
  )
}

function NewApplicationForm({ onCreated }: { onCreated(answer: NewSecret): void }) {
  const create = useCreateApplication()
  const [draft, setDraft] = useState(emptyDraft)
  function submit(event: FormEvent) {
    event.preventDefault()
    create.mutate(formOf(draft), { onSuccess: onCreated })
  }
  // The last association may have ended since the page was opened.
  if (create.error instanceof ApiFailure && create.error.code === 'not-associated') return <NeedsProvider />
  return (
    <>
      <Text c="dimmed">
        Your client id comes next, and its secret when it has one. Everything but the kind and how it proves
        who it is can be changed later.
      </Text>
      <form id="application" onSubmit={submit}>
        <ApplicationFields draft={draft} error={create.error} isRegistered={false} onChange={setDraft} />
      </form>
      {isOfNoField(create.error, fieldNames) && (
        <FailureNotice error={create.error} title="The application was not added" />
      )}
      <SaveBar
        form="application"
        isPending={create.isPending}
        status={create.error ? 'Not saved: something has to change first.' : ''}
      />
    </>
  )
}
