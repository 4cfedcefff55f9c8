import { Badge, Button, Group, Stack, Text } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useRecords } from '../../api/records.ts'
import { FailureNotice } from '../../components/failure-notice.tsx'
import { LoadingLines } from '../../components/loading-lines.tsx'
import { byNewest, describeRecord, type RecordLine } from '../../record/describe-record.ts'

interface SectionLinesProps {
  patientId: string
  types: readonly string[]
  title: string
}

const linesAtOnce = 10

/** The records of one section as lines, newest first. */
export function SectionLines({ patientId, types, title }: SectionLinesProps) {
  const [shown, setShown] = useState(linesAtOnce)
  const { data, error, isPending, refetch, isFetching, isComplete, goesOnByItself, fetchNextPage } =
    useRecords(patientId, types)
  const lines = useMemo(
    () => data?.pages.flatMap(({ results }) => results.map(describeRecord)).sort(byNewest) ?? [],
    [data],
  )
  // Until everything (or the first thousand) is here, a newer line could still push its way to the top.
  if (isPending || goesOnByItself) return <LoadingLines lines={3} />
  if (error && lines.length === 0)
    return (
      <FailureNotice error={error} title="These entries could not be loaded" retry={() => void refetch()} />
    )
  function showMore() {
    if (shown + linesAtOnce > lines.length && !isComplete) void fetchNextPage()
    setShown(shown + linesAtOnce)
  }
  return (
    <Stack gap="md">
      <ul className="record-lines" aria-label={title}>
        {lines.slice(0, shown).map((line) => (
          <Line key={line.id} line={line} />
        ))}
      </ul>
      {error && <FailureNotice error={error} title="More entries could not be loaded" retry={showMore} />}
      {(shown < lines.length || !isComplete) && (
        <Group justify="space-between">
          <Button variant="default" onClick={showMore} loading={isFetching}>
            Show more
          </Button>
          <Text size="sm" c="dimmed" role="status">
            {Math.min(shown, lines.length)} of {isComplete ? lines.length : `more than ${lines.length}`}
          </Text>
        </Group>
      )}
    </Stack>
  )
}

function Line({ line }: { line: RecordLine }) {
  return (
    <li>
      <div className="record-line">
        <span className="record-title">{line.title}</span>
        {line.value && <span className="record-value">{line.value}</span>}
        {line.status && (
          <Badge variant="light" color="gray" tt="none" size="sm" className="record-status">
            {line.status}
          </Badge>
        )}
        {line.details && <span className="record-details">{line.details}</span>}
      </div>
      {line.dateText && <time className="record-date">{line.dateText}</time>}
    </li>
  )
}
