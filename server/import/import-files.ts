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
  return entries
    .filter((entry) => entry.isFile() && importable.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}
