import { Button, Group, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { FailureNotice } from './failure-notice.tsx'

interface ShowMoreProps {
  /** A list that is read page by page. */
  list: {
    error: Error | null
    hasNextPage: boolean
    isFetchingNextPage: boolean
    fetchNextPage(): unknown
  }
  /** The title when the next page could not be loaded. */
  failure: string
  /** What stands beside the button, such as a count. */
  children?: ReactNode
}

/** Goes on with a list below its last entry. */
export function ShowMore({ list, failure, children }: ShowMoreProps) {
  const { error, hasNextPage, isFetchingNextPage, fetchNextPage } = list
  if (!error && !hasNextPage && !children) return null
  return (
    <Stack gap="md" mt="md">
      {error && <FailureNotice error={error} title={failure} retry={() => void fetchNextPage()} />}
      <Group justify="space-between">
        {hasNextPage && (
          <Button variant="default" onClick={() => void fetchNextPage()} loading={isFetchingNextPage}>
            Show more
          </Button>
        )}
        {children}
      </Group>
    </Stack>
  )
}
