import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { OnpatientError } from '../errors.ts'
import { fileSource, type ImportSource, UnreadableFileError } from './import-source.ts'
import { openArchive, type ZipArchive } from './zip-archive.ts'

const importable = /\.(json|ndjson|jsonl)(\.gz)?$/i
const archive = /\.zip$/i

/** The sources to import, and the archives that cannot be opened. `close`: to be called when all is read. */
export interface FoundFiles {
  sources: ImportSource[]
  unreadable: Array<{ file: string; reason: string }>
  close(): void
}

/** The files below the given paths and in archives, in a stable order. A file that is named itself is taken under any name. */
export async function findFiles(paths: string[]): Promise<FoundFiles> {
  const files: string[] = []
  for (const path of paths) {
    const entry = await stat(path).catch(() => undefined)
    if (!entry)
      throw new OnpatientError('invalid-parameter', `There is no file or folder ${path}.`, { field: 'path' })
    files.push(...(entry.isDirectory() ? await listFolder(path) : [path]))
  }
  if (files.length === 0)
    throw new OnpatientError(
      'invalid-parameter',
      'The folder has no .json, .ndjson or .jsonl file, with or without .gz, and no .zip.',
      { field: 'path' },
    )
  return openAll([...new Set(files)])
}

async function openAll(files: string[]): Promise<FoundFiles> {
  const archives: ZipArchive[] = []
  const found: FoundFiles = {
    sources: [],
    unreadable: [],
    close() {
      for (const each of archives) each.close()
    },
  }
  for (const file of files) {
    if (!archive.test(file)) {
      found.sources.push(fileSource(file, (await stat(file)).size))
      continue
    }
    try {
      const opened = await openArchive(file, (name) => importable.test(name))
      archives.push(opened)
      found.sources.push(...opened.sources)
      if (opened.sources.length === 0)
        found.unreadable.push({ file, reason: 'The archive has no .json, .ndjson or .jsonl file.' })
    } catch (error) {
      if (!(error instanceof UnreadableFileError)) throw error
      found.unreadable.push({ file, reason: error.message })
    }
  }
  return found
}

async function listFolder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files: string[] = []
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    const isWanted = importable.test(entry.name) || archive.test(entry.name)
    if (isWanted && (entry.isFile() || (entry.isSymbolicLink() && (await isFile(path))))) files.push(path)
  }
  return files.sort()
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true
}
