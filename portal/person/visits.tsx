import { Text } from '@mantine/core'
import type { VisitLine } from '#server/views/views.ts'
import { usePersonPage } from '../api/person-pages.ts'
import { formatAgo, formatList, formatRecordDate } from '../language/format.ts'
import { useWords } from '../language/use-words.ts'
import { Entry, EntrySection } from './entry-section.tsx'
import { PersonPageContent } from './page-states.tsx'
import { usePatientId } from './use-patient-id.ts'

/** Where somebody was and will be, and what came of it. */
export function Visits() {
  const words = useWords('visits')
  const shared = useWords('shared')
  const pages = useWords('pages')
  const page = usePersonPage(usePatientId(), 'visits')
  const line = (visit: VisitLine) => <Visit key={visit.id} visit={visit} />
  return (
    <PersonPageContent title={pages('visits')} page={page}>
      {({ coming, visits, notCounted }) => (
        <>
          {coming.length > 0 && (
            <EntrySection title={words('coming')} lines={coming}>
              {line}
            </EntrySection>
          )}
          {coming.length + visits.length === 0 ? (
            <Text>{words('none')}</Text>
          ) : (
            <EntrySection title={words('past')} lines={visits} empty={words('nonePast')}>
              {line}
            </EntrySection>
          )}
          {notCounted.length > 0 && (
            <EntrySection title={shared('notCounted')} hint={words('notCountedHint')} lines={notCounted}>
              {line}
            </EntrySection>
          )}
        </>
      )}
    </PersonPageContent>
  )
}

function Visit({ visit }: { visit: VisitLine }) {
  const words = useWords('visits')
  const timeOf = useVisitTime()
  const parts = [
    [words('conditions'), visit.conditions],
    [words('procedures'), visit.procedures],
    [words('prescriptions'), visit.prescriptions],
    [words('immunizations'), visit.immunizations],
    [words('documents'), visit.documents],
    [words('results'), visit.results === 0 ? [] : [words('resultCount', { count: visit.results })]],
  ] as const
  const filled = parts.filter(([, names]) => names.length > 0)
  return (
    <Entry
      name={visit.name}
      main={visit.reasons.length > 0 ? words('for', { list: formatList(visit.reasons) }) : undefined}
      facts={[
        visit.status,
        timeOf(visit),
        visit.start !== undefined && formatAgo(visit.start),
        visit.kind,
        visit.people.length > 0 && words('with', { list: formatList(visit.people) }),
        visit.place,
      ]}
    >
      {filled.length > 0 && (
        <details className="entry-earlier">
          <summary>{words('belongs', { list: formatList(filled.map(([title]) => title)) })}</summary>
          <dl className="visit-parts">
            {filled.map(([title, names]) => (
              <div key={title}>
                <dt>{title}</dt>
                <dd dir="auto">{names.join(' · ')}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </Entry>
  )
}

/** One day, or from when to when for a stay. */
export function useVisitTime() {
  const shared = useWords('shared')
  return ({ start, end }: Pick<VisitLine, 'start' | 'end'>): string => {
    const [from, to] = [start, end].map((date) => date && formatRecordDate(date))
    if (from === undefined) return to ? shared('until', { date: to }) : shared('dateUnknown')
    return to === undefined || to === from ? from : shared('fromTo', { start: from, end: to })
  }
}
