import type { Concept } from './concept.ts'
import type { AttachmentEntry } from './entries/attachment.ts'
import type { Entries, EntryOf } from './entries/entries.ts'
import { byNewest, type Entry } from './entries/entry.ts'
import { mediaTypeOf } from './files/file-kind.ts'
import { definePage, type Reading } from './page.ts'
import { nameOf } from './plain-name.ts'

const types = ['DocumentReference', 'DiagnosticReport', 'Encounter'] as const

type DocumentEntries = Pick<Entries, (typeof types)[number]>

/** The types whose records carry files. */
export type DocumentType = 'DocumentReference' | 'DiagnosticReport'

/** One document, whatever record carries it. */
export interface DocumentLine {
  /** For its address. */
  id: string
  /** What kind of document it is, in plain words. */
  name: string
  clinical: string | undefined
  title: string | undefined
  date: string | undefined
  authors: readonly string[]
  visit: { name: string | undefined; date: string | undefined } | undefined
  /** Of its files: "PDF", "Image". */
  formats: readonly string[]
  /** In words, when it is not simply valid. */
  status: string | undefined
}

/** All documents, the newest first; what was replaced or entered by mistake stands apart. */
export const documentsPage = definePage({
  types,
  view(entries, reading) {
    const documents = documentsOf(entries)
    const lines = (isWanted: boolean) =>
      documents.filter(({ isVoid }) => isVoid !== isWanted).map((each) => lineOf(each, entries, reading))
    return { documents: lines(true), notCounted: lines(false) }
  },
})

/** One document with its files. */
export interface DocumentView extends DocumentLine {
  files: ReadonlyArray<{ title: string; format: string | undefined }>
}

export const documentPage = {
  types,
  /** Undefined when the record has no such document. */
  view(entries: DocumentEntries, documentId: string, reading: Reading): DocumentView | undefined {
    const document = documentsOf(entries).find(({ id }) => id === documentId)
    if (document === undefined) return undefined
    const line = lineOf(document, entries, reading)
    return {
      ...line,
      files: document.attachments.map((attachment) => ({
        title: attachment.title ?? line.title ?? line.name,
        format: formatOf(attachment, reading),
      })),
    }
  },
}

/** Which record an address of a document names. No id in FHIR has an underscore. */
export function documentPlaceOf(documentId: string): { type: DocumentType; id: string } {
  return documentId.startsWith(reportMark)
    ? { type: 'DiagnosticReport', id: documentId.slice(reportMark.length) }
    : { type: 'DocumentReference', id: documentId }
}

/** The address of a document among those of its record. */
export function documentIdOf({ type, id }: Pick<Entry, 'type' | 'id'>): string {
  return type === 'DiagnosticReport' ? `${reportMark}${id}` : id
}

const reportMark = 'report_'

interface FoundDocument extends Pick<Entry, 'id' | 'date' | 'time'> {
  what: Concept
  title: string | undefined
  authors: readonly string[]
  visit: string | undefined
  attachments: readonly AttachmentEntry[]
  isVoid: boolean
  statuses: ReadonlyArray<string | undefined>
}

function documentsOf({ DocumentReference, DiagnosticReport }: DocumentEntries): FoundDocument[] {
  return [
    ...DocumentReference.map(ofDocumentReference),
    ...DiagnosticReport.filter(({ attachments }) => attachments.length > 0).map(ofReport),
  ].sort(byNewest)
}

const voidStatuses = new Set(['superseded', 'entered-in-error', 'cancelled'])

function ofDocumentReference(entry: EntryOf<'DocumentReference'>): FoundDocument {
  const { what, categories, status, documentStatus, description, attachments, authors, visit } = entry
  return {
    ...placed(entry),
    what: what.text === undefined && what.codings.length === 0 ? (categories[0] ?? what) : what,
    title: attachments.find(({ title }) => title)?.title ?? description,
    authors,
    visit,
    attachments,
    isVoid: voidStatuses.has(status ?? '') || voidStatuses.has(documentStatus ?? ''),
    // The status of the record comes before that of what it carries.
    statuses: [status, documentStatus],
  }
}

function ofReport(entry: EntryOf<'DiagnosticReport'>): FoundDocument {
  const { what, status, attachments, performer, visit } = entry
  return {
    ...placed(entry),
    what,
    title: attachments.find(({ title }) => title)?.title,
    authors: performer === undefined ? [] : [performer],
    visit,
    attachments,
    isVoid: voidStatuses.has(status ?? ''),
    statuses: [status],
  }
}

function placed(entry: Entry): Pick<FoundDocument, 'id' | 'date' | 'time'> {
  return { id: documentIdOf(entry), date: entry.date, time: entry.time }
}

function lineOf(document: FoundDocument, { Encounter }: DocumentEntries, reading: Reading): DocumentLine {
  const { language, words } = reading
  const { id, what, title, date, authors, attachments } = document
  const name = nameOf(what, language)
  const visit =
    document.visit === undefined ? undefined : Encounter.find((each) => each.id === document.visit)
  const status = document.statuses.find((each) => each !== undefined && each in statusWords)
  return {
    id,
    name: name?.name ?? words('documents.unnamed'),
    clinical: name?.clinical,
    title: title === name?.name ? undefined : title,
    date,
    authors,
    visit: visit && {
      name: visit.what.flatMap((each) => nameOf(each, language)?.name ?? [])[0],
      date: visit.date,
    },
    formats: [...new Set(attachments.flatMap((each) => formatOf(each, reading) ?? []))],
    status: status && words(statusWords[status as keyof typeof statusWords]),
  }
}

const statusWords = {
  superseded: 'documents.superseded',
  'entered-in-error': 'documents.enteredInError',
  cancelled: 'documents.cancelled',
  preliminary: 'documents.preliminary',
  partial: 'documents.preliminary',
  registered: 'documents.preliminary',
  amended: 'documents.amended',
  corrected: 'documents.amended',
  appended: 'documents.amended',
} as const

/** What people call the format of a file, as far as they have a word for it. */
function formatOf({ contentType }: AttachmentEntry, { words }: Reading): string | undefined {
  const name = mediaTypeOf(contentType)
  if (/^application\/(x-)?pdf$/.test(name)) return 'PDF'
  if (/dicom/.test(name)) return words('documents.formatDicom')
  if (name.startsWith('image/')) return words('documents.formatImage')
  if (/xml$/.test(name) && name !== 'application/xhtml+xml') return words('documents.formatClinical')
  if (/^text\/(html|plain|markdown)$|xhtml/.test(name)) return words('documents.formatText')
  return /rtf$|msword|wordprocessing/.test(name) ? words('documents.formatWord') : undefined
}
