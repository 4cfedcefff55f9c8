import { Button, Text, Title } from '@mantine/core'
import { Link } from 'react-router'
import type { DoseLine, PersonViews } from '#server/views/views.ts'
import { usePersonPage } from '../api/person-pages.ts'
import { formatRecordDate } from '../language/format.ts'
import { useWords } from '../language/use-words.ts'
import { DueList } from './due-list.tsx'
import { Entry, EntrySection } from './entry-section.tsx'
import { PersonPageContent } from './page-states.tsx'
import { ScheduleGrid } from './schedule-grid.tsx'
import { usePatientId } from './use-patient-id.ts'
import './immunizations.css'

/** What somebody is protected against, and what is due. */
export function Immunizations() {
  const words = useWords('immunizations')
  const shared = useWords('shared')
  const pages = useWords('pages')
  const patientId = usePatientId()
  const page = usePersonPage(patientId, 'immunizations')
  return (
    <PersonPageContent title={pages('immunizations')} page={page}>
      {({ due, schedule, source, diseases, others, doses, notCounted }) => {
        const byId = new Map(doses.map((dose) => [dose.id, dose]))
        const linesOf = (ids: readonly string[]) => ids.flatMap((id) => byId.get(id) ?? [])
        return (
          <>
            <section className="card" aria-label={words('due')}>
              <Title order={2} size="h4">
                {words('due')}
              </Title>
              {due ? <DueList due={due} /> : <Text mt="sm">{words('noSchedule')}</Text>}
              {due && (
                <Text size="sm" c="dimmed" mt="sm">
                  {words('dueHint', { source: source.name, year: String(source.year) })}
                </Text>
              )}
              {doses.length > 0 && (
                <Button
                  className="no-print"
                  mt="md"
                  variant="default"
                  component={Link}
                  to={`/people/${patientId}/immunizations/certificate`}
                >
                  {words('certificate')}
                </Button>
              )}
            </section>
            <EntrySection
              title={words('byDisease')}
              hint={words('byDiseaseHint')}
              lines={diseases}
              empty={words('none')}
            >
              {({ id, name, doses: ids }) => <Protection key={id} name={name} doses={linesOf(ids)} />}
            </EntrySection>
            {others.length > 0 && (
              <EntrySection title={words('others')} lines={linesOf(others)}>
                {(dose) => <Dose key={dose.id} dose={dose} />}
              </EntrySection>
            )}
            {schedule && <ScheduleGrid schedule={schedule} />}
            {notCounted.length > 0 && (
              <EntrySection title={shared('notCounted')} hint={words('notCountedHint')} lines={notCounted}>
                {(dose) => <Dose key={dose.id} dose={dose} />}
              </EntrySection>
            )}
          </>
        )
      }}
    </PersonPageContent>
  )
}

/** One disease: how many doses and when the last was; the doses behind it. */
function Protection({ name, doses }: { name: string; doses: readonly DoseLine[] }) {
  const words = useWords('immunizations')
  const latest = doses.find(({ date }) => date)?.date
  return (
    <Entry name={name} facts={[]}>
      <details className="entry-earlier">
        <summary>
          {words('doses', { count: doses.length })}
          {latest !== undefined && ` · ${words('latest', { date: formatRecordDate(latest) })}`}
        </summary>
        <ul className="entries">
          {doses.map((dose) => (
            <Dose key={dose.id} dose={dose} />
          ))}
        </ul>
      </details>
    </Entry>
  )
}

function useDoseDate() {
  const shared = useWords('shared')
  return ({ date, when }: DoseLine) =>
    date === undefined ? (when ?? shared('dateUnknown')) : formatRecordDate(date)
}

function Dose({ dose }: { dose: PersonViews['immunizations']['doses'][number] }) {
  const words = useWords('immunizations')
  const dateOf = useDoseDate()
  const { name, clinical, status, lot, manufacturer, performer, place, notes } = dose
  return (
    <Entry
      name={name}
      clinical={clinical}
      facts={[
        status,
        dateOf(dose),
        lot !== undefined && words('lot', { number: lot }),
        manufacturer,
        performer !== undefined && words('givenBy', { name: performer }),
        place,
        ...notes,
      ]}
    />
  )
}
