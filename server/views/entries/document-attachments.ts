import { type Fields, fieldsIn, fieldsOf } from '../fields.ts'
import { type AttachmentEntry, attachmentOf } from './attachment.ts'

/** A file of a document with what is inside, in base64, when the record itself holds it. */
export interface Attachment extends AttachmentEntry {
  data: string | undefined
}

/** The attachments of a document, in the order of its entry. */
export function attachmentFieldsOf(type: 'DocumentReference' | 'DiagnosticReport', record: Fields): Fields[] {
  return type === 'DiagnosticReport'
    ? fieldsIn(record.presentedForm)
    : fieldsIn(record.content).map(({ attachment }) => fieldsOf(attachment))
}

/** The same as a reader of files needs them. */
export function attachmentsOf(type: 'DocumentReference' | 'DiagnosticReport', record: Fields): Attachment[] {
  return attachmentFieldsOf(type, record).map((fields) => ({
    ...attachmentOf(fields),
    data: typeof fields.data === 'string' && fields.data !== '' ? fields.data : undefined,
  }))
}
