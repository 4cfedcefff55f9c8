import { Alert, Button, List, Stack, Text, Title } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { type EndedByReuse, type Grant, useEndGrant, useGrants } from '../../api/grants.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { FailureNotice } from '../../components/failure-notice.tsx'
import { formatDay, formatMoment } from '../../components/format-date.ts'
import { LoadingLines } from '../../components/loading-lines.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { wordsOfScopes } from '../../record/scope-words.ts'

/** The apps that may read something in the person's name. */
export function ConnectedApps() {
  const { data, error, isPending, refetch } = useGrants()
  return (
    <Stack gap="lg">
      <PageHeading title="Connected apps" />
      {data && data.grants.length > 0 && (
        <Text c="dimmed">You allowed these apps to read records. You can end that whenever you like.</Text>
      )}
      {isPending && <LoadingLines lines={2} height={160} />}
      {error && (
        <FailureNotice error={error} title="The list could not be loaded" retry={() => void refetch()} />
      )}
      {data?.endedByReuse.map((ended) => (
        <ReuseNotice key={ended.id} ended={ended} />
      ))}
      {data?.grants.length === 0 && (
        <div className="card">
          <Text>
            No app is connected. When an app sends you here and you agree, it appears in this list with what
            it may read.
          </Text>
        </div>
      )}
      {data?.grants.map((grant) => (
        <GrantCard key={grant.id} grant={grant} />
      ))}
    </Stack>
  )
}

function ReuseNotice({ ended: { application, endedAt } }: { ended: EndedByReuse }) {
  return (
    <Alert color="yellow" title={`The access of ${application.name} was ended on ${formatDay(endedAt)}`}>
      A key of this app was used a second time. Either the app made a mistake, or somebody else has a copy of
      the key, so that we ended the access to be safe. If you still want the app, connect it again from the
      app. If it happens again, ask its developer.
    </Alert>
  )
}

function GrantCard({ grant }: { grant: Grant }) {
  const end = useEndGrant()
  const [asks, setAsks] = useState(false)
  const { application } = grant
  function confirm() {
    end.mutate(grant.id, {
      onSuccess: () => notifications.show({ message: `${application.name} has no access any more.` }),
    })
  }
  return (
    <section className="card" aria-labelledby={`grant-${grant.id}`}>
      <Title order={2} size="h4" id={`grant-${grant.id}`}>
        {application.name}
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        by {application.owner}
      </Text>
      <dl className="facts">
        <dt>Whose record</dt>
        <dd>{subjectsOf(grant)}</dd>
        <dt>What it may do</dt>
        <dd>
          <List size="md" spacing={2}>
            {wordsOfScopes(grant.scopes).map((words) => (
              <List.Item key={words}>{words}</List.Item>
            ))}
          </List>
        </dd>
        <dt>Since</dt>
        <dd>{formatDay(grant.createdAt)}</dd>
        <dt>Until</dt>
        <dd>{grant.expiresAt ? formatDay(grant.expiresAt) : 'you end it'}</dd>
        <dt>Last used</dt>
        <dd>{grant.lastUsedAt ? formatMoment(grant.lastUsedAt) : 'not yet'}</dd>
      </dl>
      <Button
        color="red"
        variant="outline"
        mt="md"
        onClick={() => setAsks(true)}
        aria-label={`End access of ${application.name}`}
      >
        End access
      </Button>
      <ConfirmDialog
        isOpen={asks}
        title={`End the access of ${application.name}?`}
        action="End access"
        isPending={end.isPending}
        error={end.error}
        onConfirm={confirm}
        onClose={() => setAsks(false)}
      >
        It stops at once. What the app has read before stays with the app; ask {application.owner} to delete
        it.
      </ConfirmDialog>
    </section>
  )
}

function subjectsOf({ associations, subject }: Grant): string {
  const isOfPanel = ({ role }: Grant['associations'][number]) => role === 'provider' || role === 'staff'
  const reached =
    subject && !subject.reachesPanel ? associations.filter((each) => !isOfPanel(each)) : associations
  const subjects = reached.map((each) =>
    isOfPanel(each) ? `All patients of ${each.practice.name}` : (each.patient?.name ?? 'A patient'),
  )
  if (associations.length > 0 && subject?.patient) subjects.unshift(subject.patient.name)
  return [...new Set(subjects)].join(', ') || 'Nobody any more'
}
