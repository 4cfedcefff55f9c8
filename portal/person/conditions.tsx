import { Text } from '@mantine/core'
import type { ConditionLine } from '#server/views/views.ts'
import { usePersonPage } from '../api/person-pages.ts'
import { formatAgo, formatRecordDate } from '../language/format.ts'
import { useWords } from '../language/use-words.ts'
import { Entry, EntrySection } from './entry-section.tsx'
import { PersonPageContent } from './page-states.tsx'
import { usePatientId } from './use-patient-id.ts'

/** What somebody has and had. */
export function Conditions() {
  const words = useWords('conditions')
  const shared = useWords('shared')
  const pages = useWords('pages')
  const page = usePersonPage(usePatientId(), 'conditions')
  const line = (each: ConditionLine) => <Condition key={each.id} line={each} />
  return (
    <PersonPageContent title={pages('conditions')} page={page}>
      {({ active, past, notCounted }) => (
        <>
          {active.length + past.length === 0 ? (
            <Text>{words('none')}</Text>
          ) : (
            <EntrySection title={words('active')} lines={active} empty={words('noneActive')}>
              {line}
            </EntrySection>
          )}
          {past.length > 0 && (
            <EntrySection title={words('past')} lines={past}>
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

function Condition({ line }: { line: ConditionLine }) {
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
  return <Entry name={line.name} clinical={line.clinical} facts={[line.status, time, ago]} />
}
