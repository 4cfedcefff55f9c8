import { Button, List, Text, Title } from '@mantine/core'
import { useState } from 'react'
import type { ConnectedApp, Grant } from '#server/portal-api/answers.ts'
import { useEndApp, useEndGrant } from '../../api/connected-apps.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { notify } from '../../components/notify.tsx'
import { formatDay, formatMoment } from '../../language/format.ts'
import { useWords } from '../../language/use-words.ts'
import { wordsOfScopes } from '../../record/scope-words.ts'

/** One app, with all that it was given: ended together, or one by one. */
export function ConnectedAppCard({ app }: { app: ConnectedApp }) {
  const words = useWords('connectedApps')
  const subjectsOf = useSubjects()
  const { application, count, grants } = app
  const end = useEndApp()
  const [asks, setAsks] = useState(false)
  const headingId = `app-${application.id}`
  const isSeveral = count > 1
  function confirm() {
    end.mutateAsync(application.id).then(
      () => notify({ message: words('ended', { name: application.name }) }),
      () => undefined,
    )
  }
  return (
    <section className="card" aria-labelledby={headingId}>
      <Title order={2} size="h4" id={headingId}>
        {application.name}
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        {words('by', { owner: application.owner })}
        {isSeveral && ` · ${words('times', { count })}`}
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
          <summary>{words('each')}</summary>
          <ul className="rows" aria-label={words('accessesOf', { name: application.name })}>
            {grants.map((grant) => (
              <GrantRow key={grant.id} grant={grant} name={application.name} />
            ))}
          </ul>
          {count > grants.length && (
            <Text size="sm" c="dimmed" mt="md">
              {words('newest', { shown: grants.length, count })}
            </Text>
          )}
        </details>
      )}
      <Button
        color="red"
        variant="outline"
        mt="md"
        onClick={() => setAsks(true)}
        aria-label={words(isSeveral ? 'endAllOf' : 'endOf', { name: application.name })}
      >
        {words(isSeveral ? 'endAll' : 'end')}
      </Button>
      <ConfirmDialog
        isOpen={asks}
        title={words(isSeveral ? 'endAllAsk' : 'endAsk', { name: application.name })}
        action={words(isSeveral ? 'endAll' : 'end')}
        isPending={end.isPending}
        error={end.error}
        onConfirm={confirm}
        onClose={() => setAsks(false)}
      >
        {words(isSeveral ? 'endAllHint' : 'endHint', { owner: application.owner })}
      </ConfirmDialog>
    </section>
  )
}

function GrantRow({ grant, name }: { grant: Grant; name: string }) {
  const words = useWords('connectedApps')
  const subjectsOf = useSubjects()
  const end = useEndGrant()
  const [asks, setAsks] = useState(false)
  const since = formatMoment(grant.createdAt)
  function confirm() {
    end.mutateAsync(grant.id).then(
      () => notify({ message: words('oneEnded', { name, since }) }),
      () => undefined,
    )
  }
  return (
    <li>
      <div className="row-text">
        <Text fw={550}>{words('sinceMoment', { since })}</Text>
        <Text size="sm" c="dimmed">
          {[
            subjectsOf(grant).join(', ') || words('nobody'),
            grant.lastUsedAt
              ? words('lastUsedAt', { date: formatMoment(grant.lastUsedAt) })
              : words('notUsed'),
            grant.expiresAt && words('untilDate', { date: formatDay(grant.expiresAt) }),
          ]
            .filter(Boolean)
            .join(' · ')}
        </Text>
      </div>
      <Button
        color="red"
        variant="outline"
        size="sm"
        className="touch"
        onClick={() => setAsks(true)}
        aria-label={words('endOneOf', { name, since })}
      >
        {words('endOne')}
      </Button>
      <ConfirmDialog
        isOpen={asks}
        title={words('endOneAsk', { name })}
        action={words('end')}
        isPending={end.isPending}
        error={end.error}
        onConfirm={confirm}
        onClose={() => setAsks(false)}
      >
        {words('endOneHint', { since })}
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
  const words = useWords('connectedApps')
  return (
    <dl className="facts">
      <dt>{words('whose')}</dt>
      <dd>{subjects.join(', ') || words('nobody')}</dd>
      <dt>{words('may')}</dt>
      <dd>
        <List size="md" spacing={2}>
          {wordsOfScopes(scopes).map((text) => (
            <List.Item key={text}>{text}</List.Item>
          ))}
        </List>
      </dd>
      <dt>{words('since')}</dt>
      <dd>{formatDay(since)}</dd>
      <dt>{words('until')}</dt>
      <dd>{until ? formatDay(until) : words('untilYouEnd')}</dd>
      <dt>{words('lastUsed')}</dt>
      <dd>{lastUsed ? formatMoment(lastUsed) : words('notYet')}</dd>
    </dl>
  )
}

/** Whom an access still reaches, in words. */
function useSubjects() {
  const words = useWords('connectedApps')
  return ({ associations, subject }: Grant): string[] => {
    const isOfPanel = ({ role }: Grant['associations'][number]) => role === 'provider' || role === 'staff'
    const reached =
      subject && !subject.reachesPanel ? associations.filter((each) => !isOfPanel(each)) : associations
    const subjects = reached.map((each) =>
      isOfPanel(each)
        ? words('panel', { practice: each.practice.name })
        : (each.patient?.name ?? words('aPatient')),
    )
    if (associations.length > 0 && subject?.patient) subjects.unshift(subject.patient.name)
    return [...new Set(subjects)]
  }
}
