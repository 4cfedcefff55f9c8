import { cleanHtml } from './files/clean-html.ts'
import type { ClinicalDocument } from './files/clinical-document.ts'
import { readClinicalDocument } from './files/clinical-document.ts'
import { type FileProblem, judgeFile } from './files/file-kind.ts'
import { fileNameOf } from './files/file-name.ts'
import { decodeText, shortenText } from './files/file-text.ts'
import type { Reading } from './page.ts'

/** A file of a document, as far as this server has it. */
export type HeldFile =
  | { state: 'here'; bytes: Buffer; contentType: string | undefined }
  | { state: 'missing' | 'elsewhere' | 'tooLarge' }

/** What the page of a document shows of a file. */
export interface FileView {
  /** Of a download; undefined when there is none. */
  fileName: string | undefined
  /** In bytes. */
  size: number | undefined
  /** Why it is not shown, in words. */
  problem: string | undefined
  shown:
    | { kind: 'pdf' | 'image' | 'html' }
    | { kind: 'text'; text: string; isCut: boolean }
    | { kind: 'clinical'; document: ClinicalDocument }
    | undefined
}

const stateWords = {
  missing: 'documents.missing',
  elsewhere: 'documents.elsewhere',
  tooLarge: 'documents.tooLarge',
} as const

const problemWords = {
  damaged: 'documents.damaged',
  dicom: 'documents.dicom',
  notShown: 'documents.notShown',
  tooLong: 'documents.tooLong',
} as const satisfies Record<FileProblem, string>

/** What a reader sees of a file. Nothing of it leaves as markup or script: of texts only text, of the others that they can be fetched. */
export async function viewFile(file: HeldFile, title: string, { words }: Reading): Promise<FileView> {
  if (file.state !== 'here')
    return { fileName: undefined, size: undefined, problem: words(stateWords[file.state]), shown: undefined }
  const { bytes, contentType } = file
  const { kind, extension, problem } = judgeFile(contentType, bytes)
  const found = { fileName: fileNameOf(title, extension), size: bytes.length }
  const cannot = (key: (typeof problemWords)[FileProblem]) => ({
    ...found,
    problem: words(key),
    shown: undefined,
  })
  if (problem !== undefined || kind === 'other') return cannot(problemWords[problem ?? 'notShown'])
  if (kind === 'text')
    return { ...found, problem: undefined, shown: { kind, ...shortenText(decodeText(bytes, contentType)) } }
  if (kind !== 'clinical') return { ...found, problem: undefined, shown: { kind } }
  const document = await readClinicalDocument(decodeText(bytes, contentType))
  return document ? { ...found, problem: undefined, shown: { kind, document } } : cannot('documents.notShown')
}

/** The bytes as they may leave this server. */
export interface ServedFile {
  fileName: string
  /** Of a fixed list. */
  mediaType: string
  isPage: boolean
  bytes: Buffer | string
}

/** To show: undefined when it is only for download. HTML leaves cleaned. */
export function showFile(
  { bytes, contentType }: Extract<HeldFile, { state: 'here' }>,
  title: string,
): ServedFile | undefined {
  const { kind, mediaType, extension, problem } = judgeFile(contentType, bytes)
  if (problem !== undefined || kind === 'other' || kind === 'clinical') return undefined
  const isPage = kind === 'html'
  return {
    fileName: fileNameOf(title, extension),
    mediaType,
    isPage,
    bytes: isPage
      ? cleanHtml(decodeText(bytes, contentType))
      : kind === 'text'
        ? decodeText(bytes, contentType)
        : bytes,
  }
}

/** To keep: the bytes as the record has them, which no browser shows. */
export function downloadFile(
  { bytes, contentType }: Extract<HeldFile, { state: 'here' }>,
  title: string,
): ServedFile {
  const { extension } = judgeFile(contentType, bytes)
  return {
    fileName: fileNameOf(title, extension),
    mediaType: 'application/octet-stream',
    isPage: false,
    bytes,
  }
}
