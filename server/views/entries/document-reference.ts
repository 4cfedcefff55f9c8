import { type Concept, conceptOf } from '../concept.ts'
import { type Fields, fieldsOf, listOf, textOf } from '../fields.ts'
import { type AttachmentEntry, attachmentOf } from './attachment.ts'
import { attachmentFieldsOf } from './document-attachments.ts'
import { dateOf, type Entry } from './entry.ts'
import { idsOf, namesOfReferences } from './reference.ts'

/** https://hl7.org/fhir/R4/documentreference.html */
export interface DocumentReferenceEntry extends Entry {
  what: Concept
  categories: readonly Concept[]
  /** current, superseded, entered-in-error. */
  status: string | undefined
  /** preliminary, final, amended, entered-in-error. */
  documentStatus: string | undefined
  description: string | undefined
  authors: readonly string[]
  attachments: readonly AttachmentEntry[]
  visit: string | undefined
}

export function readDocumentReference(fields: Fields): Omit<DocumentReferenceEntry, 'type' | 'id'> {
  const context = fieldsOf(fields.context)
  return {
    ...dateOf(fields.date, fieldsOf(context.period).start),
    what: conceptOf(fields.type),
    categories: listOf(fields.category).map(conceptOf),
    status: textOf(fields.status),
    documentStatus: textOf(fields.docStatus),
    description: textOf(fields.description),
    authors: namesOfReferences(fields.author),
    attachments: attachmentFieldsOf('DocumentReference', fields).map(attachmentOf),
    visit: idsOf('Encounter', context.encounter)[0],
  }
}
