import { statSync } from 'node:fs'

/**
 * Remembers which file was opened under a name. The returned function throws when another file, or none, has the name by now.
 * SQLite goes on writing to the open file, and these writes would be lost with it. The code is SQLite's own for this case.
 */
export function watchPlace(file: string): () => void {
  const opened = statSync(file)
  return () => {
    const found = statSync(file, { throwIfNoEntry: false })
    if (found?.ino === opened.ino && found.dev === opened.dev) return
    const what = found ? 'replaced by another file' : 'moved or deleted'
    throw Object.assign(new Error(`The database file ${file} was ${what} under the server.`), {
      code: 'SQLITE_READONLY_DBMOVED',
    })
  }
}
