import { Alert, Button, Stack, Text } from '@mantine/core'
import type { EndedByReuse } from '#server/portal-api/answers.ts'
import { useConnectedApps } from '../../api/connected-apps.ts'
import { FailureNotice } from '../../components/failure-notice.tsx'
import { LoadingLines } from '../../components/loading-lines.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { formatDay } from '../../language/format.ts'
import { useWords } from '../../language/use-words.ts'
import { ConnectedAppCard } from './connected-app-card.tsx'

/** The apps that may read something in the person's name. */
export function ConnectedApps() {
  const words = useWords('connectedApps')
  const { data, error, isPending, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } =
    useConnectedApps()
  const apps = data?.pages.flatMap((page) => page.apps) ?? []
  return (
    <Stack gap="lg">
      <PageHeading title={words('title')} />
      {apps.length > 0 && <Text c="dimmed">{words('hint')}</Text>}
      {isPending && <LoadingLines lines={2} height={160} />}
      {error && <FailureNotice error={error} title={words('notLoaded')} retry={() => void refetch()} />}
      {data?.pages[0]?.endedByReuse.map((ended) => (
        <ReuseNotice key={ended.id} ended={ended} />
      ))}
      {data?.pages[0]?.hasMoreEndedByReuse && (
        <Text size="sm" c="dimmed">
          {words('moreEnded')}
        </Text>
      )}
      {data && apps.length === 0 && (
        <div className="card">
          <Text>{words('none')}</Text>
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
          {words('showMore')}
        </Button>
      )}
    </Stack>
  )
}

function ReuseNotice({ ended: { application, endedAt } }: { ended: EndedByReuse }) {
  const words = useWords('connectedApps')
  return (
    <Alert color="yellow" title={words('endedByReuse', { name: application.name, date: formatDay(endedAt) })}>
      {words('endedByReuseHint')}
    </Alert>
  )
}
