import { Button, List, Text, Title } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import type { ConnectedApp, Grant } from '#server/portal-api/answers.ts'
import { useEndApp, useEndGrant } from '../../api/connected-apps.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { formatDay, formatMoment } from '../../components/format-date.ts'
import { wordsOfScopes } from '../../record/scope-words.ts'

/** One app, with all that it was given: ended together, or one by one. */
export function ConnectedAppCard({ app }: { app: ConnectedApp }) {
  const { application, count, grants } = app
  const end = useEndApp()
  const [asks, setAsks] = useState(false)
  const headingId = `app-${application.id}`
  const isSeveral = count > 1
  function confirm() {
    end.mutateAsync(application.id).then(
      () => notifications.show({ message: `${application.name} has no access any more.` }),
      () => undefined,
    )
  }
  return (
    <section className="card" aria-labelledby={headingId}>
      <Title order={2} size="h4" id={headingId}>
        {application.name}
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        by {application.owner}
        {isSeveral && ` · connected ${count} times`}
      </Text>
      <GrantFacts
        subjects={[...new Set(grants.flatMap(subjectsOf))]}
        scopes={grants.flatMap(({ scopes }) => scopes)}
        since={app.connectedAt}
        until={app.expiresAt}
        lastUsed={app.lastUsedAt}
      />
      {isSeveral && (
        <details className="grants">
          <summary>Each access by itself</summary>
          <ul className="rows" aria-label={`Accesses of ${application.name}`}>
            {grants.map((grant) => (
              <GrantRow key={grant.id} grant={grant} name={application.name} />
            ))}
          </ul>
          {count > grants.length && (
            <Text size="sm" c="dimmed" mt="md">
              The newest {grants.length} of {count} are shown.
            </Text>
          )}
        </details>
      )}
      <Button
        color="red"
        variant="outline"
        mt="md"
        onClick={() => setAsks(true)}
        aria-label={isSeveral ? `End all access of ${application.name}` : `End access of ${application.name}`}
      >
        {isSeveral ? 'End all access' : 'End access'}
      </Button>
      <ConfirmDialog
        isOpen={asks}
        title={`End ${isSeveral ? 'all' : 'the'} access of ${application.name}?`}
        action={isSeveral ? 'End all access' : 'End access'}
        isPending={end.isPending}
        error={end.error}
        onConfirm={confirm}
        onClose={() => setAsks(false)}
      >
        It stops within a second{isSeveral ? `, on every device where you connected it` : ''}. What the app
        has read before stays with the app; ask {application.owner} to delete it.
      </ConfirmDialog>
    </section>
  )
}

function GrantRow({ grant, name }: { grant: Grant; name: string }) {
  const end = useEndGrant()
  const [asks, setAsks] = useState(false)
  const since = formatMoment(grant.createdAt)
  function confirm() {
    end.mutateAsync(grant.id).then(
      () => notifications.show({ message: `The access of ${name} since ${since} has ended.` }),
      () => undefined,
    )
  }
  return (
    <li>
      <div className="row-text">
        <Text fw={550}>Since {since}</Text>
        <Text size="sm" c="dimmed">
          {subjectsOf(grant).join(', ') || 'Nobody any more'} ·{' '}
          {grant.lastUsedAt ? `last used ${formatMoment(grant.lastUsedAt)}` : 'not used yet'}
          {grant.expiresAt && ` · until ${formatDay(grant.expiresAt)}`}
        </Text>
      </div>
      <Button
        color="red"
        variant="outline"
        size="sm"
        className="touch"
        onClick={() => setAsks(true)}
        aria-label={`End the access of ${name} since ${since}`}
      >
        End
      </Button>
      <ConfirmDialog
        isOpen={asks}
        title={`End this access of ${name}?`}
        action="End access"
        isPending={end.isPending}
        error={end.error}
        onConfirm={confirm}
        onClose={() => setAsks(false)}
      >
        The one since {since}. The others go on.
      </ConfirmDialog>
    </li>
  )
}

interface GrantFactsProps {
  subjects: readonly string[]
  scopes: readonly string[]
  since: string
  until: string | null
  lastUsed: string | null
}

function GrantFacts({ subjects, scopes, since, until, lastUsed }: GrantFactsProps) {
  return (
    <dl className="facts">
      <dt>Whose record</dt>
      <dd>{subjects.join(', ') || 'Nobody any more'}</dd>
      <dt>What it may do</dt>
      <dd>
        <List size="md" spacing={2}>
          {wordsOfScopes(scopes).map((words) => (
            <List.Item key={words}>{words}</List.Item>
          ))}
        </List>
      </dd>
      <dt>Since</dt>
      <dd>{formatDay(since)}</dd>
      <dt>Until</dt>
      <dd>{until ? formatDay(until) : 'you end it'}</dd>
      <dt>Last used</dt>
      <dd>{lastUsed ? formatMoment(lastUsed) : 'not yet'}</dd>
    </dl>
  )
}

/** Whom an access still reaches, in words. */
function subjectsOf({ associations, subject }: Grant): string[] {
  const isOfPanel = ({ role }: Grant['associations'][number]) => role === 'provider' || role === 'staff'
  const reached =
    subject && !subject.reachesPanel ? associations.filter((each) => !isOfPanel(each)) : associations
  const subjects = reached.map((each) =>
    isOfPanel(each) ? `All patients of ${each.practice.name}` : (each.patient?.name ?? 'A patient'),
  )
  if (associations.length > 0 && subject?.patient) subjects.unshift(subject.patient.name)
  return [...new Set(subjects)]
}
