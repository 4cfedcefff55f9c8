/** How a file can be shown: `other` is for download alone. */
export type FileKind = 'pdf' | 'image' | 'text' | 'html' | 'clinical' | 'other'

/** Why a file is for download alone. */
export type FileProblem = 'damaged' | 'dicom' | 'notShown' | 'tooLong'

export interface JudgedFile {
  kind: FileKind
  /** The type with which the bytes may leave this server: one of a fixed list, never what the record wrote. */
  mediaType: string
  /** For the name of a download, without the dot; undefined when nothing says it. */
  extension: string | undefined
  problem: FileProblem | undefined
}

/** Bytes of HTML that are cleaned, and of XML that are read, while a reader waits. */
const longestMarkup = { html: 512 * 1024, clinical: 5 * 1024 * 1024 }

/** Tags of HTML. Cleaning takes longer than they grow when each opens inside of the one before. */
const mostTags = 10_000

/** First bytes: https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern and Annex F of ISO 32000-1. */
const signatures: ReadonlyArray<{
  kind: FileKind
  mediaType: string
  extension: string
  isIn(start: string): boolean
}> = [
  {
    kind: 'pdf',
    mediaType: 'application/pdf',
    extension: 'pdf',
    isIn: (start) => start.slice(0, 1024).includes('%PDF-'),
  },
  {
    kind: 'image',
    mediaType: 'image/png',
    extension: 'png',
    isIn: (start) => start.startsWith('\x89PNG\r\n\x1a\n'),
  },
  {
    kind: 'image',
    mediaType: 'image/jpeg',
    extension: 'jpg',
    isIn: (start) => start.startsWith('\xff\xd8\xff'),
  },
  {
    kind: 'image',
    mediaType: 'image/gif',
    extension: 'gif',
    isIn: (start) => /^GIF8[79]a/.test(start),
  },
  {
    kind: 'image',
    mediaType: 'image/webp',
    extension: 'webp',
    isIn: (start) => start.startsWith('RIFF') && start.slice(8, 14) === 'WEBPVP',
  },
]

/** What a record may call the types of files that are shown, and those whose extension is known. */
const declared: Readonly<Record<string, { kind: FileKind | 'dicom'; extension: string }>> = {
  'application/pdf': { kind: 'pdf', extension: 'pdf' },
  'application/x-pdf': { kind: 'pdf', extension: 'pdf' },
  'image/png': { kind: 'image', extension: 'png' },
  'image/jpeg': { kind: 'image', extension: 'jpg' },
  'image/jpg': { kind: 'image', extension: 'jpg' },
  'image/pjpeg': { kind: 'image', extension: 'jpg' },
  'image/gif': { kind: 'image', extension: 'gif' },
  'image/webp': { kind: 'image', extension: 'webp' },
  'text/plain': { kind: 'text', extension: 'txt' },
  'text/markdown': { kind: 'text', extension: 'md' },
  'text/csv': { kind: 'text', extension: 'csv' },
  'text/html': { kind: 'html', extension: 'html' },
  'application/xhtml+xml': { kind: 'html', extension: 'html' },
  'application/xml': { kind: 'clinical', extension: 'xml' },
  'text/xml': { kind: 'clinical', extension: 'xml' },
  'application/hl7-cda+xml': { kind: 'clinical', extension: 'xml' },
  'application/cda+xml': { kind: 'clinical', extension: 'xml' },
  'application/hl7-sda+xml': { kind: 'clinical', extension: 'xml' },
  'application/dicom': { kind: 'dicom', extension: 'dcm' },
  'image/dicom': { kind: 'dicom', extension: 'dcm' },
  'image/dicom+zip': { kind: 'dicom', extension: 'zip' },
  'application/rtf': { kind: 'other', extension: 'rtf' },
  'text/rtf': { kind: 'other', extension: 'rtf' },
  'image/svg+xml': { kind: 'other', extension: 'svg' },
  'image/tiff': { kind: 'other', extension: 'tif' },
  'application/msword': { kind: 'other', extension: 'doc' },
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': {
    kind: 'other',
    extension: 'docx',
  },
  'application/json': { kind: 'other', extension: 'json' },
  'application/zip': { kind: 'other', extension: 'zip' },
}

const servedTypes = {
  text: 'text/plain; charset=utf-8',
  html: 'text/html; charset=utf-8',
  clinical: 'application/octet-stream',
} as const

/** What a file is, by what the record says and by its first bytes. Where they contradict each other it is damaged. */
export function judgeFile(contentType: string | undefined, bytes: Buffer): JudgedFile {
  const start = bytes.toString('latin1', 0, 4096)
  const name = mediaTypeOf(contentType)
  const said = declared[name]
  const found = signatures.find(({ isIn }) => isIn(start))
  if (said?.kind === 'dicom' || start.slice(128, 132) === 'DICM')
    return download('dicom', said?.extension ?? 'dcm')
  if (said === undefined) return found && isUnsaid(name) ? shown(found) : download('notShown', undefined)
  if (said.kind === 'pdf' || said.kind === 'image')
    return found?.kind === said.kind ? shown(found) : download('damaged', said.extension)
  const problem = problemOf(said.kind, bytes)
  return problem === undefined && said.kind !== 'other'
    ? shown({ kind: said.kind, mediaType: servedTypes[said.kind], extension: said.extension })
    : download(problem ?? 'notShown', said.extension)
}

/** What keeps a file of text from being shown. */
function problemOf(kind: FileKind, bytes: Buffer): FileProblem | undefined {
  const isText = !bytes.subarray(0, 4096).includes(0) || startsWithMark(bytes)
  if (kind === 'text') return isText ? undefined : 'damaged'
  if (kind === 'html') return bytes.length > longestMarkup.html || hasManyTags(bytes) ? 'tooLong' : undefined
  return kind === 'clinical' && bytes.length > longestMarkup.clinical ? 'tooLong' : undefined
}

function hasManyTags(bytes: Buffer): boolean {
  let count = 0
  for (const byte of bytes) if (byte === 0x3c) count += 1
  return count > mostTags
}

/** The name of a media type without its parameters. */
export function mediaTypeOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/** Whether the record says nothing about the type, so that only the bytes can. */
function isUnsaid(name: string): boolean {
  return name === '' || name === 'application/octet-stream' || name === 'binary/octet-stream'
}

/** UTF-16 has zero bytes; its mark says so. */
function startsWithMark(bytes: Buffer): boolean {
  const mark = bytes.toString('latin1', 0, 2)
  return mark === '\xff\xfe' || mark === '\xfe\xff'
}

function shown({ kind, mediaType, extension }: Omit<JudgedFile, 'problem'>): JudgedFile {
  return { kind, mediaType, extension, problem: undefined }
}

function download(problem: FileProblem, extension: string | undefined): JudgedFile {
  return { kind: 'other', mediaType: 'application/octet-stream', extension, problem }
}
