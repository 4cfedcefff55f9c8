import { Badge, Button, Group, Stack, Text, Title } from '@mantine/core'
import { IconApps, IconPlus } from '@tabler/icons-react'
import { Link } from 'react-router'
import { type Application, useApplications } from '../../../api/applications.ts'
import { useMe } from '../../../api/me.ts'
import { FailureNotice } from '../../../components/failure-notice.tsx'
import { formatDay } from '../../../components/format-date.ts'
import { LoadingLines } from '../../../components/loading-lines.tsx'
import { PageHeading } from '../../../components/page-heading.tsx'
import { ApplicationWarnings } from './application-warnings.tsx'
import { NeedsProvider } from './needs-provider.tsx'

/** The applications that the account has registered. */
export function ApplicationList() {
  const { urls, associations } = useMe()
  const { data, error, isPending, refetch } = useApplications()
  const isEmpty = data?.applications.length === 0
  return (
    <Stack gap="lg">
      <Group justify="space-between" gap="sm">
        <PageHeading title="FHIR API Application" />
        {associations.length > 0 && !isEmpty && <AddButton />}
      </Group>
      <Text c="dimmed">
        An application reads health records through the FHIR API, of the people who allow it. The{' '}
        <a href={urls.tutorial}>tutorial</a> shows every step.
      </Text>
      {isPending && <LoadingLines lines={2} height={72} />}
      {error && (
        <FailureNotice error={error} title="The list could not be loaded" retry={() => void refetch()} />
      )}
      {isEmpty && (associations.length > 0 ? <NoApplication /> : <NeedsProvider />)}
      {data && !isEmpty && (
        <section className="card" aria-label="Your applications">
          <ul className="rows">
            {data.applications.map((application) => (
              <ApplicationRow key={application.id} application={application} />
            ))}
          </ul>
        </section>
      )}
    </Stack>
  )
}

function AddButton() {
  return (
    <Button
      component={Link}
      to="/account/settings/applications/new"
      leftSection={<IconPlus size={18} aria-hidden />}
    >
      Add application
    </Button>
  )
}

function NoApplication() {
  return (
    <section className="card empty" aria-labelledby="no-application">
      <IconApps size={40} aria-hidden className="section-icon" />
      <Title order={2} size="h4" id="no-application">
        You have no application yet
      </Title>
      <Text c="dimmed">
        Add one to get a client id and a client secret. You need its name, and one address to which people
        come back after they agreed.
      </Text>
      <AddButton />
    </section>
  )
}

function ApplicationRow({ application }: { application: Application }) {
  const { id, name, kind, createdAt, warnings } = application
  return (
    <li>
      <div className="row-text">
        <Group gap="xs">
          <Text fw={550}>{name}</Text>
          <Badge variant="light" color="gray" tt="none">
            {kind === 'public' ? 'Public' : 'Confidential'}
          </Badge>
        </Group>
        <Text size="sm" c="dimmed">
          Client id <code>{id}</code> · added {formatDay(createdAt)}
        </Text>
        <ApplicationWarnings warnings={warnings} />
      </div>
      <Button
        component={Link}
        to={`/account/settings/applications/${id}`}
        variant="default"
        size="sm"
        className="touch"
        aria-label={`Edit ${name}`}
      >
        Edit
      </Button>
    </li>
  )
}
