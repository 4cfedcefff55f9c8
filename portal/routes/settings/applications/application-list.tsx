import { Badge, Button, Group, NativeSelect, Stack, Text, TextInput, Title } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconApps, IconPlus, IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { generatePath, Link, useSearchParams } from 'react-router'
import type { Application } from '#server/portal-api/answers.ts'
import { portalPages } from '#server/portal-pages.ts'
import { type ApplicationOrder, applicationsAtOnce, useApplications } from '../../../api/applications.ts'
import { useMe } from '../../../api/me.ts'
import { FailureNotice } from '../../../components/failure-notice.tsx'
import { LoadingLines } from '../../../components/loading-lines.tsx'
import { PageHeading } from '../../../components/page-heading.tsx'
import { formatDay } from '../../../language/format.ts'
import { ApplicationWarnings } from './application-warnings.tsx'
import { NeedsProvider } from './needs-provider.tsx'

const orders: Array<{ value: ApplicationOrder; label: string }> = [
  { value: 'newest', label: 'Newest first' },
  { value: 'oldest', label: 'Oldest first' },
  { value: 'name', label: 'By name' },
]

/** The applications that the account has registered: found by name, in pages. What is looked for stands in the address. */
export function ApplicationList() {
  const { urls, associations } = useMe()
  const [query, setQuery] = useSearchParams()
  const search = query.get('search') ?? ''
  const order = orders.find(({ value }) => value === query.get('order'))?.value ?? 'newest'
  const page = Math.max(1, Number(query.get('page')) || 1)
  const { data, error, isPending, refetch } = useApplications({ search, order, page })
  const hasNone = data?.count === 0 && search === ''
  function change(to: Record<string, string>) {
    const kept = Object.entries({ search, order, ...to }).filter(
      ([name, value]) => value !== '' && !(name === 'order' && value === 'newest'),
    )
    setQuery(Object.fromEntries(kept), { replace: true })
  }
  return (
    <Stack gap="lg">
      <Group justify="space-between" gap="sm">
        <PageHeading title="FHIR API Application" />
        {associations.length > 0 && data && !hasNone && <AddButton />}
      </Group>
      <Text c="dimmed">
        An application reads health records through the FHIR API, of the people who allow it. The{' '}
        <a href={urls.tutorial}>tutorial</a> shows every step.
      </Text>
      {isPending && <LoadingLines lines={2} height={72} />}
      {error && (
        <FailureNotice error={error} title="The list could not be loaded" retry={() => void refetch()} />
      )}
      {hasNone && (associations.length > 0 ? <NoApplication /> : <NeedsProvider />)}
      {data && !hasNone && (
        <section className="card" aria-label="Your applications">
          <Stack gap="lg">
            {(data.count > 5 || search !== '' || order !== 'newest') && (
              <ListTools search={search} order={order} onChange={change} />
            )}
            <Text
              role="status"
              size="sm"
              c="dimmed"
              className={search === '' ? 'visually-hidden' : undefined}
            >
              {countWords(data.count, search)}
            </Text>
            {data.count > 0 && (
              <ul className="rows" aria-label="Your applications">
                {data.applications.map((application) => (
                  <ApplicationRow key={application.id} application={application} />
                ))}
              </ul>
            )}
            {data.count > applicationsAtOnce && (
              <Pages
                page={page}
                last={Math.ceil(data.count / applicationsAtOnce)}
                onChange={(to) => change({ page: to === 1 ? '' : String(to) })}
              />
            )}
          </Stack>
        </section>
      )}
    </Stack>
  )
}

function countWords(count: number, search: string): string {
  const words = count === 1 ? '1 application' : `${count} applications`
  return search === '' ? words : `${count === 0 ? 'No application' : words} with "${search}" in the name.`
}

interface ListToolsProps {
  search: string
  order: ApplicationOrder
  onChange(to: Record<string, string>): void
}

function ListTools({ search, order, onChange }: ListToolsProps) {
  const [text, setText] = useState(search)
  const look = useDebouncedCallback((to: string) => onChange({ search: to.trim() }), 300)
  return (
    <Group gap="sm" align="end">
      <TextInput
        className="grow"
        type="search"
        label="Search by name"
        leftSection={<IconSearch size={18} aria-hidden />}
        autoComplete="off"
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value)
          look(event.currentTarget.value)
        }}
      />
      <NativeSelect
        label="Order"
        data={orders}
        value={order}
        onChange={(event) => onChange({ order: event.currentTarget.value })}
      />
    </Group>
  )
}

interface PagesProps {
  page: number
  last: number
  onChange(page: number): void
}

function Pages({ page, last, onChange }: PagesProps) {
  return (
    <Group component="nav" justify="space-between" gap="sm" wrap="nowrap" aria-label="Pages of the list">
      <Button
        variant="default"
        size="sm"
        className="touch"
        disabled={page <= 1}
        onClick={() => onChange(page - 1)}
      >
        Previous
      </Button>
      <Text size="sm" c="dimmed" role="status">
        Page {Math.min(page, last)} of {last}
      </Text>
      <Button
        variant="default"
        size="sm"
        className="touch"
        disabled={page >= last}
        onClick={() => onChange(page + 1)}
      >
        Next
      </Button>
    </Group>
  )
}

function AddButton() {
  return (
    <Button component={Link} to={portalPages.newApplication} leftSection={<IconPlus size={18} aria-hidden />}>
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
        to={generatePath(portalPages.application, { applicationId: id })}
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
