import '../../mantine-controls.css'
import { Button, Group, NativeSelect, SegmentedControl, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link, useSearchParams } from 'react-router'
import type { PersonViews, Series, SeriesPoint } from '#server/views/views.ts'
import { usePersonPage } from '../../api/person-pages.ts'
import { useWords } from '../../language/use-words.ts'
import { PersonPageContent } from '../page-states.tsx'
import { usePatientId } from '../use-patient-id.ts'
import { TimeChart } from './time-chart.tsx'
import { ValueTable } from './value-table.tsx'
import './results.css'

const zooms = { '1': 1, '5': 5, all: undefined } as const

type View = PersonViews['results/test']

/** All values of a test over time, and of others laid over it. Which ones, and how far back, stands in the address. */
export function ResultTest() {
  const words = useWords('results')
  const [address] = useSearchParams()
  const codes = address.getAll('code').filter(Boolean).slice(0, 4)
  const query = new URLSearchParams(codes.map((code) => ['code', code.slice(0, 220)]))
  const page = usePersonPage(usePatientId(), 'results/test', `?${query}`)
  const [test] = page.data?.tests ?? []
  return (
    <PersonPageContent title={test?.name ?? words('chart')} page={page}>
      {(view) => <Content view={view} codes={codes} />}
    </PersonPageContent>
  )
}

function Content({ view: { tests, others, most }, codes }: { view: View; codes: readonly string[] }) {
  const words = useWords('results')
  const [address, setAddress] = useSearchParams()
  const zoom = zoomOf(address.get('years'))
  const series = tests.flatMap((test) => test.series)
  const setCodes = (next: readonly string[]) => {
    const changed = new URLSearchParams(next.map((code) => ['code', code]))
    if (zoom !== 'all') changed.set('years', zoom)
    setAddress(changed)
  }
  const setZoom = (years: string) => {
    const changed = new URLSearchParams(address)
    if (years === 'all') changed.delete('years')
    else changed.set('years', years)
    setAddress(changed, { replace: true })
  }
  const since = zooms[zoom] === undefined ? undefined : Date.now() - zooms[zoom] * 365.25 * 86_400_000
  const label = words('chartOf', { names: tests.map(({ name }) => name).join(', ') })
  const units = new Set(series.filter(hasNumbers).map(({ unit }) => unit))
  const notDrawn = series.flatMap(({ points }) => points).filter((point) => !canBeDrawn(point)).length
  const hasDrawn = series.some(({ points }) =>
    points.some(({ number, time }) => number !== undefined && time !== undefined && time >= (since ?? time)),
  )
  return (
    <>
      <Button component={Link} to=".." relative="path" variant="subtle" className="no-print back-to-results">
        {words('back')}
      </Button>
      <section className="card test-page" aria-label={label}>
        {tests.map((test) => (
          <TestHead key={test.code} test={test} isNamed={tests.length > 1}>
            <Button
              variant="subtle"
              size="sm"
              className="no-print"
              aria-label={words('removeTest', { name: test.name })}
              onClick={() => setCodes(codes.filter((code) => code !== test.code))}
            >
              {words('remove')}
            </Button>
          </TestHead>
        ))}
        {series.some(hasNumbers) && (
          <>
            <SegmentedControl
              className="no-print test-zoom"
              aria-label={words('zoom')}
              value={zoom}
              onChange={setZoom}
              data={[
                { value: '1', label: words('lastYear') },
                { value: '5', label: words('fiveYears') },
                { value: 'all', label: words('allYears') },
              ]}
            />
            {hasDrawn ? (
              <TimeChart label={label} series={series} since={since} />
            ) : (
              <Text role="status">{words('nothingInTime')}</Text>
            )}
            {notDrawn > 0 && <Text size="sm">{words('notDrawn', { count: notDrawn })}</Text>}
            {units.size > 1 && <Text size="sm">{words('ownScale')}</Text>}
          </>
        )}
        {codes.length < most && others.length > 0 && (
          <NativeSelect
            className="no-print"
            label={words(codes.length === 0 ? 'chart' : 'layOver')}
            value=""
            data={[
              { value: '', label: words('chooseTest') },
              ...others.map(({ test, name }) => ({ value: test, label: name })),
            ]}
            onChange={({ currentTarget }) => {
              if (currentTarget.value !== '') setCodes([...codes, currentTarget.value])
            }}
          />
        )}
      </section>
      {series.map((each) => (
        <ValueTable key={each.test} series={each} />
      ))}
      {tests.length > 0 && series.length === 0 && <Text>{words('noneOfTest')}</Text>}
    </>
  )
}

function TestHead({
  test,
  isNamed,
  children,
}: {
  test: View['tests'][number]
  /** The only test is named by the page. */
  isNamed: boolean
  children: ReactNode
}) {
  return (
    <div className="test-head">
      {isNamed && (
        <Group justify="space-between" wrap="nowrap" align="start">
          <Title order={2} size="h4" dir="auto">
            {test.name}
          </Title>
          {children}
        </Group>
      )}
      {test.clinical && (
        <span className="entry-clinical" dir="auto">
          {test.clinical}
        </span>
      )}
      {test.about && <p>{test.about}</p>}
    </div>
  )
}

function zoomOf(years: string | null): keyof typeof zooms {
  return years === '1' || years === '5' ? years : 'all'
}

function hasNumbers({ points }: Series): boolean {
  return points.some(canBeDrawn)
}

function canBeDrawn({ number, time }: SeriesPoint): boolean {
  return number !== undefined && time !== undefined
}
