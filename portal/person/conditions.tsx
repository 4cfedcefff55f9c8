import { Text, Title } from '@mantine/core'
import type { ConditionLine } from '#server/views/views.ts'
import { usePersonPage } from '../api/person-pages.ts'
import { formatAgo, formatRecordDate } from '../language/format.ts'
import { useWords } from '../language/use-words.ts'
import { EntryList } from './entry-list.tsx'
import { PersonPageContent } from './page-states.tsx'
import { usePatientId } from './use-patient-id.ts'

/** What somebody has and had. */
export function Conditions() {
  const words = useWords('conditions')
  const shared = useWords('shared')
  const pages = useWords('pages')
  const page = usePersonPage(usePatientId(), 'conditions')
  return (
    <PersonPageContent title={pages('conditions')} page={page}>
      {({ active, past, notCounted }) => (
        <>
          {active.length + past.length === 0 ? (
            <Text>{words('none')}</Text>
          ) : (
            <>
              <Lines title={words('active')} lines={active} empty={words('noneActive')} />
              {past.length > 0 && <Lines title={words('past')} lines={past} />}
            </>
          )}
          {notCounted.length > 0 && (
            <Lines title={shared('notCounted')} hint={words('notCountedHint')} lines={notCounted} />
          )}
        </>
      )}
    </PersonPageContent>
  )
}

interface LinesProps {
  title: string
  lines: readonly ConditionLine[]
  hint?: string
  empty?: string
}

function Lines({ title, lines, hint, empty }: LinesProps) {
  return (
    <section className="card" aria-label={title}>
      <Title order={2} size="h4">
        {title}
      </Title>
      {hint && (
        <Text size="sm" c="dimmed">
          {hint}
        </Text>
      )}
      {lines.length === 0 ? (
        <Text>{empty}</Text>
      ) : (
        <EntryList lines={lines}>{(line) => <Line key={line.id} line={line} />}</EntryList>
      )}
    </section>
  )
}

function Line({ line }: { line: ConditionLine }) {
  const words = useWords('shared')
  const [since, until] = [line.since, line.until].map((date) => date && formatRecordDate(date))
  const time =
    since && until
      ? words('fromTo', { start: since, end: until })
      : since
        ? words('since', { date: since })
        : until
          ? words('until', { date: until })
          : words('dateUnknown')
  const ago = line.until === undefined && line.since !== undefined ? formatAgo(line.since) : undefined
  return (
    <li className="entry">
      <span className="entry-name" dir="auto">
        {line.name}
      </span>
      {line.clinical && (
        <span className="entry-clinical" dir="auto">
          {line.clinical}
        </span>
      )}
      <span className="entry-facts">{[line.status, time, ago].filter(Boolean).join(' · ')}</span>
    </li>
  )
}
