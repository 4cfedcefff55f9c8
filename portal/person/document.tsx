import { Anchor, Button, Group, Tabs, Text } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { Link, useParams, useSearchParams } from 'react-router'
import type { DocumentView, FileView } from '#server/views/views.ts'
import { ApiFailure } from '../api/call-api.ts'
import { type FilePlace, fileAddress, useDocument, useFile } from '../api/documents.ts'
import { FailureNotice } from '../components/failure-notice.tsx'
import { LoadingLines } from '../components/loading-lines.tsx'
import { PageHeading } from '../components/page-heading.tsx'
import { formatBytes } from '../language/format.ts'
import { useWords } from '../language/use-words.ts'
import { ClinicalReading } from './clinical-reading.tsx'
import { useDocumentFacts } from './documents.tsx'
import { usePatientId } from './use-patient-id.ts'
import './document.css'

/** What draws PDF is large, and is fetched for one alone. */
const PdfPages = lazy(async () => ({ default: (await import('./pdf-pages.tsx')).PdfPages }))

/** One document, opened in place. */
export function DocumentPage() {
  const words = useWords('documents')
  const shared = useWords('shared')
  const patientId = usePatientId()
  const { documentId = '' } = useParams()
  const { data, error, refetch } = useDocument(patientId, documentId)
  const isAbsent = error instanceof ApiFailure && error.status === 404
  return (
    <>
      <Anchor component={Link} to={`/people/${patientId}/documents`} className="document-back no-print">
        {words('back')}
      </Anchor>
      {data === undefined ? (
        isAbsent ? (
          <>
            <PageHeading title={words('notFound')} />
            <Text>{words('notFoundHint')}</Text>
          </>
        ) : error ? (
          <FailureNotice error={error} title={shared('loadFailed')} retry={() => void refetch()} />
        ) : (
          <LoadingLines lines={5} height={64} />
        )
      ) : (
        <OpenDocument patientId={patientId} documentId={documentId} document={data} />
      )}
    </>
  )
}

interface OpenDocumentProps {
  patientId: string
  documentId: string
  document: DocumentView
}

function OpenDocument({ patientId, documentId, document }: OpenDocumentProps) {
  const words = useWords('documents')
  const facts = useDocumentFacts(document)
  const [search, setSearch] = useSearchParams()
  const { name, title, files } = document
  const asked = Number(search.get('file') ?? '1') - 1
  const index = Number.isInteger(asked) && asked >= 0 && asked < files.length ? asked : 0
  const fileTitle = files[index]?.title ?? name
  const open = <OpenFile key={index} place={{ patientId, documentId, index }} title={fileTitle} />
  return (
    <>
      <div>
        <PageHeading title={name} />
        {title !== undefined && (
          <Text className="document-title" dir="auto">
            {title}
          </Text>
        )}
        <Text size="sm" c="dimmed" className="document-facts">
          {facts.filter(Boolean).join(' · ')}
        </Text>
      </div>
      {files.length === 0 ? (
        <Text>{words('noFiles')}</Text>
      ) : files.length === 1 ? (
        open
      ) : (
        <Tabs
          value={String(index)}
          onChange={(value) => setSearch(value === '0' ? {} : { file: String(Number(value) + 1) })}
        >
          <Tabs.List aria-label={words('files')} className="no-print">
            {files.map(({ format }, each) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: files are known by their place
              <Tabs.Tab key={each} value={String(each)} className="touch">
                {[words('file', { number: each + 1 }), format].filter(Boolean).join(' · ')}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value={String(index)} pt="md">
            {open}
          </Tabs.Panel>
        </Tabs>
      )}
    </>
  )
}

function OpenFile({ place, title }: { place: FilePlace; title: string }) {
  const words = useWords('documents')
  const { data, error, refetch } = useFile(place)
  if (data === undefined)
    return error ? (
      <FailureNotice error={error} title={words('openFailed')} retry={() => void refetch()} />
    ) : (
      <div aria-busy="true">
        <LoadingLines lines={1} height={480} />
      </div>
    )
  return (
    <div className="document-file">
      {data.problem !== undefined && (
        <Text className="card" role="note">
          {data.problem}
        </Text>
      )}
      {data.fileName !== undefined && (
        <Group className="no-print">
          <Button
            component="a"
            variant={data.shown === undefined ? 'filled' : 'default'}
            href={fileAddress(place, true)}
            download={data.fileName}
            className="touch"
          >
            {data.size === undefined
              ? words('download')
              : words('downloadSize', { size: formatBytes(data.size) })}
          </Button>
        </Group>
      )}
      {data.shown && <ShownFile place={place} title={title} shown={data.shown} />}
    </div>
  )
}

interface ShownFileProps {
  place: FilePlace
  title: string
  shown: NonNullable<FileView['shown']>
}

function ShownFile({ place, title, shown }: ShownFileProps) {
  const words = useWords('documents')
  switch (shown.kind) {
    case 'pdf':
      return (
        <Suspense fallback={<LoadingLines lines={1} height={480} />}>
          <PdfPages address={fileAddress(place)} />
        </Suspense>
      )
    case 'image':
      return (
        <img className="document-picture" src={fileAddress(place)} alt={words('picture', { name: title })} />
      )
    case 'html':
      return (
        <iframe
          className="document-frame"
          title={words('content', { name: title })}
          src={fileAddress(place)}
          // Nothing is allowed: no scripts, forms, pop-ups, and not our origin.
          sandbox=""
          referrerPolicy="no-referrer"
        />
      )
    case 'text':
      return (
        <>
          <section className="card document-text" dir="auto" aria-label={words('content', { name: title })}>
            {shown.text}
          </section>
          {shown.isCut && (
            <Text size="sm" c="dimmed" role="note">
              {words('cutText')}
            </Text>
          )}
        </>
      )
    case 'clinical':
      return <ClinicalReading document={shown.document} />
    default:
      return shown satisfies never
  }
}
