import { type Fields, numberOf, textOf } from '../fields.ts'
import { dateTextOf } from './entry.ts'

/** https://hl7.org/fhir/R4/datatypes.html#Attachment, without what is inside. */
export interface AttachmentEntry {
  contentType: string | undefined
  title: string | undefined
  /** In bytes, when the record says so. */
  size: number | undefined
  created: string | undefined
  /** The Binary of this server that holds it. */
  binaryId: string | undefined
  /** Whether the record itself holds it. */
  hasData: boolean
  /** Whether it lies at an address that is not of this server. */
  isElsewhere: boolean
}

export function attachmentOf(fields: Fields): AttachmentEntry {
  const url = textOf(fields.url)
  // Addresses of this server are stored without their base. Another server's Binary with the same id is another file.
  const [, binaryId] = /^Binary\/([A-Za-z0-9.-]{1,64})(?:\/_history\/[^/]+)?$/.exec(url ?? '') ?? []
  const hasData = typeof fields.data === 'string' && fields.data !== ''
  return {
    contentType: textOf(fields.contentType),
    title: textOf(fields.title),
    size: numberOf(fields.size),
    created: dateTextOf(fields.creation),
    binaryId,
    hasData,
    isElsewhere: !hasData && url !== undefined && binaryId === undefined,
  }
}
