import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { type ImportSource, UnreadableFileError } from './import-source.ts'

/** An archive whose files are read without unpacking it. */
export interface ZipArchive {
  sources: ImportSource[]
  close(): void
}

/** The most files of an archive, more than any export has, because the directory is held in memory. */
const mostEntries = 1_000_000

/** Lists the files of an archive that `isImportable` takes. Throws `UnreadableFileError` for a damaged one. */
export async function openArchive(
  path: string,
  isImportable: (name: string) => boolean,
): Promise<ZipArchive> {
  const archive = await openPromise(path, { autoClose: false }).catch((error: Error) => {
    throw new UnreadableFileError(`The archive cannot be read: ${error.message}.`)
  })
  try {
    const sources: ImportSource[] = []
    for await (const entry of archive.eachEntry()) {
      if (archive.entriesRead > mostEntries) throw new Error(`it has more than ${mostEntries} files`)
      if (isRecordFile(entry, isImportable)) sources.push(toSource(path, archive, entry))
    }
    return { sources, close: () => archive.close() }
  } catch (error) {
    archive.close()
    const reason = error instanceof Error ? error.message : String(error)
    throw new UnreadableFileError(`The archive cannot be read: ${reason}.`)
  }
}

/** macOS adds a shadow of every file. */
function isRecordFile({ fileName }: Entry, isImportable: (name: string) => boolean): boolean {
  return isImportable(fileName) && !fileName.startsWith('__MACOSX/') && !basename(fileName).startsWith('.')
}

function toSource(path: string, archive: ZipFile, entry: Entry): ImportSource {
  return {
    name: `${path}/${entry.fileName}`,
    bytes: entry.uncompressedSize,
    async open(): Promise<Readable> {
      if (entry.isEncrypted()) throw new UnreadableFileError('It is encrypted. Unpack the archive first.')
      return archive.openReadStreamPromise(entry).catch((error: Error) => {
        throw new UnreadableFileError(`It cannot be unpacked: ${error.message}.`)
      })
    },
  }
}
