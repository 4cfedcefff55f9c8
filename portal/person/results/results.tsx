import { Button, Text } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { Link, useSearchParams } from 'react-router'
import type { PersonViews } from '#server/views/views.ts'
import { usePersonPage } from '../../api/person-pages.ts'
import { formatRecordDate } from '../../language/format.ts'
import { useWords } from '../../language/use-words.ts'
import { Entry, EntrySection } from '../entry-section.tsx'
import { PersonPageContent } from '../page-states.tsx'
import { usePatientId } from '../use-patient-id.ts'
import { FindTest } from './find-test.tsx'
import { Panel } from './panel.tsx'
import './results.css'

/** What was measured in laboratories and elsewhere, panel by panel, the newest first. */
export function Results() {
  const words = useWords('results')
  const shared = useWords('shared')
  const pages = useWords('pages')
  const [address] = useSearchParams()
  const find = address.get('find')?.slice(0, 100) ?? ''
  const place = Number(address.get('page'))
  const page = Number.isInteger(place) && place >= 1 && place <= 10_000 ? place : 1
  const query = new URLSearchParams({ find, page: String(page) })
  const answer = usePersonPage(usePatientId(), 'results', `?${query}`)
  return (
    <PersonPageContent title={pages('results')} page={answer}>
      {(view) => (
        <>
          {view.all > 0 && <FindTest key={find} find={find} tests={view.tests} />}
          {view.panels.length === 0 && <Text role="status">{words(find === '' ? 'none' : 'noneFound')}</Text>}
          <Panels view={view} />
          <Pages view={view} find={find} />
          {view.notCounted.length > 0 && view.page === 1 && find === '' && (
            <EntrySection title={shared('notCounted')} hint={words('notCountedHint')} lines={view.notCounted}>
              {({ id, name, clinical, date, status }) => (
                <Entry
                  key={id}
                  name={name}
                  clinical={clinical}
                  facts={[status, date === undefined ? shared('dateUnknown') : formatRecordDate(date)]}
                />
              )}
            </EntrySection>
          )}
        </>
      )}
    </PersonPageContent>
  )
}

/** Another part of the list begins at its top, also for the focus. */
function Panels({ view: { panels, page } }: { view: PersonViews['results'] }) {
  const shownPage = useRef(page)
  useEffect(() => {
    if (shownPage.current !== page) document.querySelector<HTMLElement>('main h1')?.focus()
    shownPage.current = page
  }, [page])
  return panels.map((panel) => <Panel key={panel.id} panel={panel} />)
}

function Pages({ view, find }: { view: PersonViews['results']; find: string }) {
  const words = useWords('results')
  const { page, hasMore, first, total, panels } = view
  if (page === 1 && !hasMore) return null
  const addressOf = (other: number) =>
    `?${new URLSearchParams({ ...(find && { find }), ...(other > 1 && { page: String(other) }) })}`
  return (
    <nav className="result-pages no-print" aria-label={words('pages')}>
      {page > 1 && (
        <Button component={Link} to={addressOf(page - 1)} variant="default">
          {words('newer')}
        </Button>
      )}
      {panels.length > 0 && (
        <Text size="sm" c="dimmed">
          {words('shown', { first, last: first + panels.length - 1, total })}
        </Text>
      )}
      {hasMore && (
        <Button component={Link} to={addressOf(page + 1)} variant="default">
          {words('older')}
        </Button>
      )}
    </nav>
  )
}
