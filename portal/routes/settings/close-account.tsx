import { Alert, Button, Checkbox, List, Stack, Text, Title } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useState } from 'react'
import type { Closing } from '#server/portal-api/answers.ts'
import { useCloseAccount, useClosing } from '../../api/close-account.ts'
import { useMe } from '../../api/me.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { FailureNotice } from '../../components/failure-notice.tsx'
import { LoadingLines } from '../../components/loading-lines.tsx'
import { PageHeading } from '../../components/page-heading.tsx'

/** `/account/settings/close`: what goes, what is kept, and the way out. */
export function CloseAccount() {
  const { data, error, isPending, refetch } = useClosing()
  return (
    <Stack gap="lg">
      <PageHeading title="Close your account" />
      <Text>
        Your account is closed at once and for ever. You can sign up again with the same address later, as
        somebody new.
      </Text>
      {isPending && <LoadingLines lines={3} height={120} />}
      {error && (
        <FailureNotice error={error} title="This could not be looked up" retry={() => void refetch()} />
      )}
      {data && data.staying.length > 0 && <Staying closing={data} />}
      {data && <WhatItMeans closing={data} />}
      {data && data.staying.length === 0 && <CloseForm />}
    </Stack>
  )
}

function namesOf(practices: Closing['staying']): string {
  return practices.map(({ name }) => name).join(', ')
}

function Staying({ closing }: { closing: Closing }) {
  return (
    <Alert color="yellow" title="Your account is needed" icon={<IconAlertTriangle aria-hidden />}>
      <Text size="sm" c="var(--text)">
        You are the only provider of {namesOf(closing.staying)}. Nobody could open the records there any more.
        Ask whoever runs this server to make a colleague a provider first; then come back here.
      </Text>
    </Alert>
  )
}

function WhatItMeans({ closing: { closing, applications } }: { closing: Closing }) {
  const sandboxes = closing.filter(({ kind }) => kind === 'sandbox')
  const practices = closing.filter(({ kind }) => kind === 'practice')
  return (
    <>
      <section className="card" aria-labelledby="what-goes">
        <Title order={2} size="h4" id="what-goes" mb="md">
          What goes
        </Title>
        <List spacing="xs">
          <List.Item>Your e-mail address, password, second step and passkeys</List.Item>
          <List.Item>All sign-ins, in every browser</List.Item>
          <List.Item>The access of every app that you connected</List.Item>
          <List.Item>
            Your view of records, your own and those of people in your care, and invitations that are open
          </List.Item>
          {applications > 0 && (
            <List.Item>
              {applications === 1 ? 'The application' : `The ${applications} applications`} that you
              registered: nobody who connected them can use them any more, and practices lose backend services
              among them
            </List.Item>
          )}
          {sandboxes.length > 0 && <List.Item>{namesOf(sandboxes)}, with everybody’s access to it</List.Item>}
          {practices.length > 0 && (
            <List.Item>{namesOf(practices)}: you are its only provider, and it has no patients</List.Item>
          )}
        </List>
      </section>
      <section className="card" aria-labelledby="what-is-kept">
        <Title order={2} size="h4" id="what-is-kept" mb="md">
          What is kept
        </Title>
        <List spacing="xs">
          <List.Item>The health records: they belong to the practices, which keep them by law</List.Item>
          <List.Item>
            Your name and a number, where the law asks who could see which record and when, who allowed which
            app, and who approved or invited somebody
          </List.Item>
        </List>
      </section>
    </>
  )
}

function CloseForm() {
  const { account } = useMe()
  const close = useCloseAccount()
  const [isSure, setIsSure] = useState(false)
  const [asks, setAsks] = useState(false)
  return (
    <section className="card" aria-labelledby="close-it">
      <Title order={2} size="h4" id="close-it" mb="md">
        Close the account of {account.displayName}
      </Title>
      <Stack gap="md">
        <Checkbox
          size="md"
          label="I have read what goes, and that it does not come back."
          checked={isSure}
          onChange={(event) => setIsSure(event.currentTarget.checked)}
        />
        <Button
          color="red"
          variant="outline"
          className="own-width"
          disabled={!isSure}
          onClick={() => setAsks(true)}
        >
          Close my account
        </Button>
      </Stack>
      <ConfirmDialog
        isOpen={asks}
        title="Close your account for ever?"
        action="Close my account"
        cancel="Keep my account"
        isPending={close.isPending || close.isSuccess}
        error={close.error}
        onConfirm={() => close.mutate()}
        onClose={() => {
          close.reset()
          setAsks(false)
        }}
      >
        You are signed out everywhere at once. We send a last mail to {account.email}.
      </ConfirmDialog>
    </section>
  )
}
