import { type Concept, codesOf, conceptOf } from '../concept.ts'
import { type Fields, fieldsOf, listOf, textOf } from '../fields.ts'
import { type AttachmentEntry, attachmentOf } from './attachment.ts'
import { attachmentFieldsOf } from './document-attachments.ts'
import { dateOf, dateTextOf, type Entry } from './entry.ts'
import { idsOf, nameOfReference, referenceOf } from './reference.ts'

/** https://hl7.org/fhir/R4/diagnosticreport.html */
export interface DiagnosticReportEntry extends Entry {
  what: Concept
  status: string | undefined
  /** LAB, RAD, LP29684-5 ... */
  categories: readonly string[]
  issued: string | undefined
  /** Ids of its Observations. */
  results: readonly string[]
  conclusion: string | undefined
  attachments: readonly AttachmentEntry[]
  performer: string | undefined
  visit: string | undefined
}

export function readDiagnosticReport(fields: Fields): Omit<DiagnosticReportEntry, 'type' | 'id'> {
  return {
    ...dateOf(fields.effectiveDateTime, fieldsOf(fields.effectivePeriod).start, fields.issued),
    what: conceptOf(fields.code),
    status: textOf(fields.status),
    categories: listOf(fields.category).flatMap((each) => codesOf(conceptOf(each))),
    issued: dateTextOf(fields.issued),
    results: idsOf('Observation', fields.result),
    conclusion: textOf(fields.conclusion),
    attachments: attachmentFieldsOf('DiagnosticReport', fields).map(attachmentOf),
    performer: nameOfReference(listOf(fields.performer)[0]),
    visit: referenceOf(fields.encounter)?.id,
  }
}
