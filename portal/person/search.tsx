import { Text, Title } from '@mantine/core'
import { useSearchParams } from 'react-router'
import type { FoundGroup } from '#server/views/views.ts'
import { useRecordSearch } from '../api/person-pages.ts'
import { useWords } from '../language/use-words.ts'
import { PersonPageContent } from './page-states.tsx'
import { KindIcon, RecordEntry } from './record-line.tsx'
import { usePatientId } from './use-patient-id.ts'

/** What the question in the address finds in the record, by kind. */
export function Search() {
  const words = useWords('search')
  const pages = useWords('pages')
  const patientId = usePatientId()
  const question = useSearchParams()[0].get('q')?.trim() ?? ''
  const page = useRecordSearch(patientId, question)
  return (
    <PersonPageContent title={pages('search')} page={page}>
      {({ groups, total }) => (
        <div aria-busy={page.isPlaceholderData} className="search-results">
          <Text role="status">
            {question === ''
              ? words('start')
              : total === 0
                ? words('none', { question })
                : words('found', { count: total })}
          </Text>
          {question !== '' && total === 0 && <Text c="dimmed">{words('noneHint')}</Text>}
          {groups.map((group) => (
            <Group key={group.kind} patientId={patientId} group={group} />
          ))}
        </div>
      )}
    </PersonPageContent>
  )
}

function Group({ patientId, group: { kind, count, lines } }: { patientId: string; group: FoundGroup }) {
  const words = useWords('search')
  const timeline = useWords('timeline')
  // words: timeline.kinds.*
  const title = timeline(`kinds.${kind}`, { count })
  return (
    <section className="card" aria-label={title}>
      <Title order={2} size="h4" className="kind-heading">
        <KindIcon kind={kind} />
        {`${title} (${count})`}
      </Title>
      <ul className="entries">
        {lines.map((line) => (
          <RecordEntry key={line.key} patientId={patientId} line={line} hasKind={false} />
        ))}
      </ul>
      {lines.length < count && (
        <Text size="sm" c="dimmed">
          {words('more', { shown: lines.length, count })}
        </Text>
      )}
    </section>
  )
}
