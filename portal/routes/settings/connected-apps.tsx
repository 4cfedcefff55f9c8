import { Alert, Button, Stack, Text } from '@mantine/core'
import type { EndedByReuse } from '#server/portal-api/answers.ts'
import { useConnectedApps } from '../../api/connected-apps.ts'
import { FailureNotice } from '../../components/failure-notice.tsx'
import { formatDay } from '../../components/format-date.ts'
import { LoadingLines } from '../../components/loading-lines.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { ConnectedAppCard } from './connected-app-card.tsx'

/** The apps that may read something in the person's name. */
export function ConnectedApps() {
  const { data, error, isPending, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } =
    useConnectedApps()
  const apps = data?.pages.flatMap((page) => page.apps) ?? []
  return (
    <Stack gap="lg">
      <PageHeading title="Connected apps" />
      {apps.length > 0 && (
        <Text c="dimmed">You allowed these apps to read records. You can end that whenever you like.</Text>
      )}
      {isPending && <LoadingLines lines={2} height={160} />}
      {error && (
        <FailureNotice error={error} title="The list could not be loaded" retry={() => void refetch()} />
      )}
      {data?.pages[0]?.endedByReuse.map((ended) => (
        <ReuseNotice key={ended.id} ended={ended} />
      ))}
      {data?.pages[0]?.hasMoreEndedByReuse && (
        <Text size="sm" c="dimmed">
          More accesses ended in the same way earlier. These are the newest.
        </Text>
      )}
      {data && apps.length === 0 && (
        <div className="card">
          <Text>
            No app is connected. When an app sends you here and you agree, it appears in this list with what
            it may read.
          </Text>
        </div>
      )}
      {apps.map((app) => (
        <ConnectedAppCard key={app.application.id} app={app} />
      ))}
      {hasNextPage && (
        <Button
          variant="default"
          className="own-width"
          onClick={() => void fetchNextPage()}
          loading={isFetchingNextPage}
        >
          Show more apps
        </Button>
      )}
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
