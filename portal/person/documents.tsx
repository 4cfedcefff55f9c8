import { NativeSelect, Text } from '@mantine/core'
import { useSearchParams } from 'react-router'
import type { DocumentLine } from '#server/views/views.ts'
import { usePersonPage } from '../api/person-pages.ts'
import { formatAgo, formatList, formatRecordDate } from '../language/format.ts'
import { useWords } from '../language/use-words.ts'
import { Entry, EntrySection } from './entry-section.tsx'
import { PersonPageContent } from './page-states.tsx'
import { usePatientId } from './use-patient-id.ts'
import './document.css'

/** All documents of somebody. The kind that is looked for stands in the address. */
export function Documents() {
  const words = useWords('documents')
  const shared = useWords('shared')
  const pages = useWords('pages')
  const patientId = usePatientId()
  const page = usePersonPage(patientId, 'documents')
  const [search] = useSearchParams()
  const type = search.get('type') ?? ''
  const isOfType = ({ name }: DocumentLine) => type === '' || name === type
  const line = (each: DocumentLine) => <DocumentEntry key={each.id} patientId={patientId} line={each} />
  return (
    <PersonPageContent title={pages('documents')} page={page}>
      {({ documents, notCounted }) => {
        const past = notCounted.filter(isOfType)
        return documents.length + notCounted.length === 0 ? (
          <Text>{words('none')}</Text>
        ) : (
          <>
            <TypeFilter documents={[...documents, ...notCounted]} type={type} />
            <EntrySection
              key={type}
              title={type === '' ? words('list') : type}
              lines={documents.filter(isOfType)}
              empty={words('noneOfType')}
            >
              {line}
            </EntrySection>
            {past.length > 0 && (
              <EntrySection
                key={`past ${type}`}
                title={shared('notCounted')}
                hint={words('notCountedHint')}
                lines={past}
              >
                {line}
              </EntrySection>
            )}
          </>
        )
      }}
    </PersonPageContent>
  )
}

function TypeFilter({ documents, type }: { documents: readonly DocumentLine[]; type: string }) {
  const words = useWords('documents')
  const [, setSearch] = useSearchParams()
  const counts = new Map<string, number>()
  for (const { name } of documents) counts.set(name, (counts.get(name) ?? 0) + 1)
  if (counts.size < 2 && type === '') return null
  const names = [...new Set([...counts.keys(), ...(type === '' ? [] : [type])])].sort((one, other) =>
    one.localeCompare(other),
  )
  return (
    <NativeSelect
      className="no-print documents-filter"
      label={words('type')}
      value={type}
      data={[
        { value: '', label: words('allTypes') },
        ...names.map((name) => ({ value: name, label: `${name} (${counts.get(name) ?? 0})` })),
      ]}
      onChange={({ currentTarget: { value } }) => setSearch(value === '' ? {} : { type: value })}
    />
  )
}

function DocumentEntry({ patientId, line }: { patientId: string; line: DocumentLine }) {
  const facts = useDocumentFacts(line)
  return (
    <Entry
      name={line.name}
      to={`/people/${patientId}/documents/${line.id}`}
      clinical={line.clinical}
      main={line.title}
      facts={facts}
    />
  )
}

/** What is known about a document, beside its name and title. */
export function useDocumentFacts({
  status,
  date,
  authors,
  visit,
  formats,
}: DocumentLine): ReadonlyArray<string | undefined | false> {
  const words = useWords('documents')
  const shared = useWords('shared')
  const visitDate = visit?.date && formatRecordDate(visit.date)
  return [
    status,
    date === undefined ? shared('dateUnknown') : formatRecordDate(date),
    date !== undefined && formatAgo(date),
    authors.length > 0 && words('by', { list: formatList(authors.slice(0, 5)) }),
    visitDate &&
      (visit?.name === undefined
        ? words('visitOn', { date: visitDate })
        : words('visit', { name: visit.name, date: visitDate })),
    formats.join(', '),
  ]
}
