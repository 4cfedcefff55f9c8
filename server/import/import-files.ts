import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { OnpatientError } from '../errors.ts'

const importable = /\.(json|ndjson|jsonl)(\.gz)?$/i

/** The files below the given paths, in a stable order. A file named outright is taken whatever its name. */
export async function findFiles(paths: string[]): Promise<string[]> {
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
      'The folder has no .json, .ndjson or .jsonl file, with or without .gz.',
      { field: 'path' },
    )
  return [...new Set(files)]
}

async function listFolder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files: string[] = []
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    if (importable.test(entry.name) && (entry.isFile() || (entry.isSymbolicLink() && (await isFile(path)))))
      files.push(path)
  }
  return files.sort()
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true
}
