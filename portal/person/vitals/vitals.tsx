import { Button, Text, Title } from '@mantine/core'
import { Link } from 'react-router'
import type { VitalCard } from '#server/views/views.ts'
import { usePersonPage } from '../../api/person-pages.ts'
import { formatAgo, formatRecordDate } from '../../language/format.ts'
import { useWords } from '../../language/use-words.ts'
import { PersonPageContent } from '../page-states.tsx'
import { LevelWords } from '../results/range-bar.tsx'
import { TimeChart } from '../results/time-chart.tsx'
import { usePatientId } from '../use-patient-id.ts'
import { Growth } from './growth.tsx'
import './vitals.css'

/** What is measured at visits: a card for each vital sign, and the growth of a child. */
export function Vitals() {
  const words = useWords('vitals')
  const pages = useWords('pages')
  const page = usePersonPage(usePatientId(), 'vitals')
  return (
    <PersonPageContent title={pages('vitals')} page={page}>
      {({ cards, growth, enteredInError }) => (
        <>
          {growth && 'missing' in growth && <Text role="note">{words('needsSex')}</Text>}
          {growth && 'charts' in growth && growth.charts.length > 0 && <Growth charts={growth.charts} />}
          {cards.length === 0 ? (
            <Text>{words('none')}</Text>
          ) : (
            <section aria-label={words('measurements')}>
              <Title order={2} size="h4">
                {words('measurements')}
              </Title>
              <ul className="vital-cards">
                {cards.map((card) => (
                  <Vital key={card.id} card={card} />
                ))}
              </ul>
            </section>
          )}
          {enteredInError > 0 && (
            <Text size="sm" c="dimmed" role="note">
              {words('enteredInError', { count: enteredInError })}
            </Text>
          )}
        </>
      )}
    </PersonPageContent>
  )
}

function Vital({ card }: { card: VitalCard }) {
  const words = useWords('vitals')
  const results = useWords('results')
  const shared = useWords('shared')
  const { name, latest, date, level, status, change, tests, series, count } = card
  const dateOf = (text: string | undefined) =>
    text === undefined ? shared('dateUnknown') : formatRecordDate(text)
  const ago = date === undefined ? undefined : formatAgo(date)
  const facts = [
    ago === undefined ? dateOf(date) : words('latest', { date: dateOf(date), ago }),
    // words: results.change.*
    change && results(`change.${change.kind}`, { before: change.before, date: dateOf(change.date) }),
  ]
  return (
    <li className="card vital-card">
      <Title order={3} size="h5" dir="auto">
        {name}
      </Title>
      <span className="result-value">
        <strong dir="auto">{latest}</strong>
        {level && <LevelWords level={level} />}
      </span>
      {status && <span className="state-mark">{status}</span>}
      <span className="entry-facts" dir="auto">
        {facts.filter(Boolean).join(' · ')}
      </span>
      {count > 1 && (
        <TimeChart label={results('chartOf', { names: name })} series={series} height={160} isSmall />
      )}
      <Button
        component={Link}
        to={`../results/test?${new URLSearchParams(tests.map((test) => ['code', test]))}`}
        relative="path"
        variant="subtle"
        size="sm"
        className="vital-more no-print"
      >
        {words('all')} · {words('count', { count })}
        <span className="visually-hidden">: {name}</span>
      </Button>
    </li>
  )
}
