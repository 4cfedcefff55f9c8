import { Text } from '@mantine/core'
import type { MedicineLine } from '#server/views/views.ts'
import { usePersonPage } from '../api/person-pages.ts'
import { formatList, formatRecordDate } from '../language/format.ts'
import { useWords } from '../language/use-words.ts'
import { Entry, EntrySection } from './entry-section.tsx'
import { PersonPageContent } from './page-states.tsx'
import { usePatientId } from './use-patient-id.ts'

/** What somebody takes and took. */
export function Medicines() {
  const words = useWords('medicines')
  const shared = useWords('shared')
  const pages = useWords('pages')
  const page = usePersonPage(usePatientId(), 'medicines')
  const line = (each: MedicineLine) => <Medicine key={each.id} line={each} />
  return (
    <PersonPageContent title={pages('medicines')} page={page}>
      {({ current, past, notCounted }) => (
        <>
          {current.length + past.length === 0 ? (
            <Text>{words('none')}</Text>
          ) : (
            <EntrySection
              title={words('current')}
              hint={words('currentHint')}
              lines={current}
              empty={words('noneCurrent')}
            >
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

function Medicine({ line }: { line: MedicineLine }) {
  const words = useWords('medicines')
  const shared = useWords('shared')
  const facts = [
    line.status,
    line.reasons.length > 0 && words('reasons', { list: formatList(line.reasons) }),
    line.since !== undefined && shared('since', { date: formatRecordDate(line.since) }),
    line.prescriber !== undefined && words('prescribedBy', { name: line.prescriber }),
    line.prescribed !== undefined &&
      line.prescribed !== line.since &&
      words('prescribed', { date: formatRecordDate(line.prescribed) }),
    line.handedOut !== undefined && words('handedOut', { date: formatRecordDate(line.handedOut) }),
    line.refills !== undefined && words('refills', { count: line.refills }),
  ]
  return (
    <Entry name={line.name} clinical={line.clinical} main={line.dose ?? words('noDose')} facts={facts}>
      {line.notes.map((note) => (
        <span key={note} className="entry-note" dir="auto">
          {note}
        </span>
      ))}
    </Entry>
  )
}
