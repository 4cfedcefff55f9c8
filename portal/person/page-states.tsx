import { Button, Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { FailureNotice } from '../components/failure-notice.tsx'
import { LoadingLines } from '../components/loading-lines.tsx'
import { PageHeading } from '../components/page-heading.tsx'
import { useWords } from '../language/use-words.ts'

interface PersonPageProps<View> {
  title: string
  page: {
    data: (View & { leftOut: number }) | undefined
    error: Error | null
    refetch(): Promise<unknown>
  }
  children(view: View & { leftOut: number }): ReactNode
}

/** A page of a record on its way, failed, or here. */
export function PersonPageContent<View>({ title, page, children }: PersonPageProps<View>) {
  const words = useWords('shared')
  const { data, error, refetch } = page
  return (
    <>
      <Group justify="space-between" align="baseline">
        <PageHeading title={title} />
        <Button className="no-print" variant="subtle" size="sm" onClick={() => window.print()}>
          {words('print')}
        </Button>
      </Group>
      {data === undefined ? (
        error ? (
          <FailureNotice error={error} title={words('loadFailed')} retry={() => void refetch()} />
        ) : (
          <LoadingLines lines={5} height={64} />
        )
      ) : (
        <>
          {children(data)}
          {data.leftOut > 0 && (
            <Text size="sm" c="dimmed" mt="md" role="note">
              {words('leftOut', { count: data.leftOut })}
            </Text>
          )}
        </>
      )}
    </>
  )
}
