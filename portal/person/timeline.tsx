import { Button, NativeSelect, Text, Title } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { useSearchParams } from 'react-router'
import type { LineKind, RecordLine } from '#server/views/views.ts'
import { useTimeline } from '../api/person-pages.ts'
import { FailureNotice } from '../components/failure-notice.tsx'
import { formatRecordDate } from '../language/format.ts'
import { useWords } from '../language/use-words.ts'
import { PersonPageContent } from './page-states.tsx'
import { RecordEntry } from './record-line.tsx'
import { usePatientId } from './use-patient-id.ts'

type Pages = ReturnType<typeof useTimeline>

/** Everything of a record in its order. Kind and year stand in the address; more comes when one scrolls or asks. */
export function Timeline() {
  const words = useWords('timeline')
  const pages = useWords('pages')
  const patientId = usePatientId()
  const [search, setSearch] = useSearchParams()
  const filters = Object.fromEntries(
    ['kind', 'year'].flatMap((name) => {
      const value = search.get(name)
      return value ? [[name, value] as const] : []
    }),
  )
  const timeline = useTimeline(patientId, filters)
  const [first] = timeline.data?.pages ?? []
  const lines = timeline.data?.pages.flatMap((page) => page.lines) ?? []
  const page = { data: first, error: timeline.error, refetch: timeline.refetch }
  return (
    <PersonPageContent title={pages('timeline')} page={page}>
      {({ kinds, years, total }) => (
        <>
          <Filters kinds={kinds} years={years} />
          {lines.length > 0 ? (
            <>
              <Text size="sm" c="dimmed" role="status">
                {words('total', { count: total })}
              </Text>
              <Years patientId={patientId} lines={lines} />
              <More timeline={timeline} />
            </>
          ) : Object.keys(filters).length === 0 ? (
            <Text>{words('none')}</Text>
          ) : (
            <>
              <Text>{words('noneFound')}</Text>
              <Button variant="default" onClick={() => setSearch({})}>
                {words('clear')}
              </Button>
            </>
          )}
        </>
      )}
    </PersonPageContent>
  )
}

interface FiltersProps {
  kinds: ReadonlyArray<{ value: LineKind; count: number }>
  years: ReadonlyArray<{ value: string; count: number }>
}

function Filters({ kinds, years }: FiltersProps) {
  const words = useWords('timeline')
  const [search, setSearch] = useSearchParams()
  const choose = (name: string, value: string) =>
    setSearch((before) => {
      const next = new URLSearchParams(before)
      if (value === '') next.delete(name)
      else next.set(name, value)
      return next
    })
  return (
    <div className="timeline-filters no-print">
      <NativeSelect
        label={words('kind')}
        value={search.get('kind') ?? ''}
        onChange={({ currentTarget }) => choose('kind', currentTarget.value)}
        data={[
          { value: '', label: words('allKinds') },
          // words: timeline.kinds.*
          ...kinds.map(({ value, count }) => ({
            value,
            label: `${words(`kinds.${value}`, { count: 2 })} (${count})`,
          })),
        ]}
      />
      <NativeSelect
        label={words('year')}
        value={search.get('year') ?? ''}
        onChange={({ currentTarget }) => choose('year', currentTarget.value)}
        data={[
          { value: '', label: words('allYears') },
          ...years.map(({ value, count }) => ({
            value,
            label: `${value === 'none' ? words('noDate') : value} (${count})`,
          })),
        ]}
      />
    </div>
  )
}

function Years({ patientId, lines }: { patientId: string; lines: readonly RecordLine[] }) {
  const words = useWords('timeline')
  return groupBy(lines, ({ date }) => date?.slice(0, 4) ?? '').map(({ key: year, members }) => {
    const title = year === '' ? words('noDate') : year
    return (
      <section className="card" key={year} aria-label={title}>
        <Title order={2} size="h4">
          {title}
        </Title>
        {groupBy(members, ({ date }) => date?.slice(0, 7) ?? '').map(({ key: month, members: entries }) => (
          <div key={month}>
            {month.length > 4 && <h3 className="timeline-month">{formatRecordDate(month)}</h3>}
            <ul className="entries">
              {entries.map((line) => (
                <RecordEntry key={line.key} patientId={patientId} line={line} hasKind />
              ))}
            </ul>
          </div>
        ))}
      </section>
    )
  })
}

/** The lines come in order, so that a group never begins twice. */
function groupBy(lines: readonly RecordLine[], keyOf: (line: RecordLine) => string) {
  const groups = new Map<string, RecordLine[]>()
  for (const line of lines) {
    const key = keyOf(line)
    const group = groups.get(key)
    if (group) group.push(line)
    else groups.set(key, [line])
  }
  return [...groups].map(([key, members]) => ({ key, members }))
}

function More({ timeline }: { timeline: Pages }) {
  const words = useWords('timeline')
  const shared = useWords('shared')
  const end = useRef<HTMLDivElement>(null)
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, error, fetchNextPage } = timeline
  const isWaiting = hasNextPage && !isFetchingNextPage && !isFetchNextPageError
  useEffect(() => {
    const element = end.current
    if (!isWaiting || element === null) return undefined
    const observer = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && void fetchNextPage(),
      { rootMargin: '600px 0px' },
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [isWaiting, fetchNextPage])
  if (!hasNextPage) return null
  return (
    <div ref={end} className="no-print">
      {isFetchNextPageError && error ? (
        <FailureNotice error={error} title={shared('loadFailed')} retry={() => void fetchNextPage()} />
      ) : (
        <Button variant="default" aria-disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {isFetchingNextPage ? words('loadingMore') : shared('showMore')}
        </Button>
      )}
    </div>
  )
}
