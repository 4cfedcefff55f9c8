import { Text, Title } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { Link } from 'react-router'
import type { LatestVital, NewsLine, PersonViews } from '#server/views/views.ts'
import { useMe } from '../api/me.ts'
import { usePersonPage } from '../api/person-pages.ts'
import { formatAgo, formatList, formatRecordDate } from '../language/format.ts'
import { useWords } from '../language/use-words.ts'
import { Allergies } from './allergies.tsx'
import { DueList } from './due-list.tsx'
import { EntryList } from './entry-list.tsx'
import { Entry } from './entry-section.tsx'
import { rememberVisit } from './last-seen.ts'
import { OpenApp } from './open-app.tsx'
import { PersonPageContent } from './page-states.tsx'
import { usePatientId } from './use-patient-id.ts'
import { useVisitTime } from './visits.tsx'
import './immunizations.css'
import './overview.css'

/** What matters most of a record, on one screen. */
export function Overview() {
  const words = useWords('overview')
  const pages = useWords('pages')
  const patientId = usePatientId()
  const page = usePersonPage(patientId, 'overview')
  const { account, associations } = useMe()
  const [since] = useState(() => rememberVisit(account.id, patientId))
  const own = associations.find(
    ({ patient, role }) => patient?.id === patientId && (role === 'patient' || role === 'proxy'),
  )
  return (
    <PersonPageContent title={pages('overview')} page={page}>
      {({ allergies, news, due, medicines, conditions, vitals, next, last }) => (
        <>
          {own?.patient && <OpenApp associationId={own.id} patient={own.patient} />}
          <div className="overview">
            <Allergies allergies={allergies} />
            <News news={news} since={since} />
            <Part title={words('due')} to="immunizations" more={words('toImmunizations')}>
              {due ? <DueList due={due} /> : <Text mt="sm">{words('noDue')}</Text>}
            </Part>
            <Part
              title={words('medicines')}
              to="medicines"
              more={words('allMedicines', { count: medicines.count })}
            >
              <Medicines lines={medicines.lines} />
            </Part>
            <Part
              title={words('conditions')}
              to="conditions"
              more={words('allConditions', { count: conditions.count })}
            >
              <Conditions lines={conditions.lines} />
            </Part>
            <Part title={words('vitals')}>
              {vitals.length === 0 ? (
                <Text mt="sm">{words('noVitals')}</Text>
              ) : (
                <ul className="entries">
                  {vitals.map((vital) => (
                    <Vital key={vital.id} vital={vital} />
                  ))}
                </ul>
              )}
            </Part>
            <Part title={words('visits')} to="visits" more={words('allVisits')}>
              <dl className="overview-visits">
                <dt>{words('next')}</dt>
                <dd>{next ? <Visit visit={next} /> : words('noNext')}</dd>
                <dt>{words('last')}</dt>
                <dd>{last ? <Visit visit={last} /> : words('noLast')}</dd>
              </dl>
            </Part>
          </div>
        </>
      )}
    </PersonPageContent>
  )
}

interface PartProps {
  title: string
  /** The page with everything. */
  to?: string
  more?: string
  children: ReactNode
}

function Part({ title, to, more, children }: PartProps) {
  const patientId = usePatientId()
  return (
    <section className="card" aria-label={title}>
      <Title order={2} size="h4">
        {title}
      </Title>
      {children}
      {to !== undefined && (
        <Link className="overview-more" to={`/people/${patientId}/${to}`}>
          {more}
        </Link>
      )}
    </section>
  )
}

/** What came since the reader was here; on the first visit the latest of the record. */
function News({
  news,
  since,
}: {
  news: { arrived: readonly NewsLine[]; latest: readonly NewsLine[] }
  since: string | undefined
}) {
  const words = useWords('overview')
  const fresh = since === undefined ? news.latest : news.arrived.filter(({ arrived }) => arrived > since)
  return (
    <Part
      title={since === undefined ? words('latest') : words('newSince', { date: formatRecordDate(since) })}
    >
      {fresh.length === 0 ? (
        <Text mt="sm">{words(since === undefined ? 'noLatest' : 'nothingNew')}</Text>
      ) : (
        <EntryList lines={fresh} atOnce={5}>
          {({ id, name, kind, date }) => (
            <Entry key={id} name={name} facts={[kind, date !== undefined && formatRecordDate(date)]} />
          )}
        </EntryList>
      )}
    </Part>
  )
}

function Medicines({ lines }: { lines: PersonViews['overview']['medicines']['lines'] }) {
  const words = useWords('medicines')
  if (lines.length === 0) return <Text mt="sm">{words('noneCurrent')}</Text>
  return (
    <ul className="entries">
      {lines.map(({ id, name, dose }) => (
        <Entry key={id} name={name} main={dose ?? words('noDose')} facts={[]} />
      ))}
    </ul>
  )
}

function Conditions({ lines }: { lines: PersonViews['overview']['conditions']['lines'] }) {
  const words = useWords('conditions')
  const shared = useWords('shared')
  if (lines.length === 0) return <Text mt="sm">{words('noneActive')}</Text>
  return (
    <ul className="entries">
      {lines.map(({ id, name, status, since }) => (
        <Entry
          key={id}
          name={name}
          facts={[status, since !== undefined && shared('since', { date: formatRecordDate(since) })]}
        />
      ))}
    </ul>
  )
}

// words: trend.*
const signs = { higher: '↑', lower: '↓', same: '=' } as const

function Vital({ vital }: { vital: LatestVital }) {
  const words = useWords('trend')
  const { name, value, date, before } = vital
  const change = before && words(before.trend, { value: before.value, date: formatRecordDate(before.date) })
  return (
    <Entry name={name} facts={[formatRecordDate(date), formatAgo(date)]}>
      <span className="overview-value">{value}</span>
      {before && (
        <span className="entry-facts">
          <span aria-hidden>{signs[before.trend]} </span>
          {change}
        </span>
      )}
    </Entry>
  )
}

function Visit({ visit }: { visit: NonNullable<PersonViews['overview']['last']> }) {
  const words = useWords('visits')
  const timeOf = useVisitTime()
  const { name, reasons, people, place, status } = visit
  const facts = [
    status,
    timeOf(visit),
    reasons.length > 0 && words('for', { list: formatList(reasons) }),
    people.length > 0 && words('with', { list: formatList(people) }),
    place,
  ].filter(Boolean)
  return (
    <>
      <span className="entry-name" dir="auto">
        {name}
      </span>
      <br />
      <span className="entry-facts">{facts.join(' · ')}</span>
    </>
  )
}
