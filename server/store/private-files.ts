import { chmodSync, closeSync, existsSync, mkdirSync, openSync, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, relative } from 'node:path'

/** The modes of files and folders. Only the account that runs the server may read them, because they hold medical records. */
export const privateMode = 0o600
export const privateFolderMode = 0o700

/** The rights of others on a path, as the last digits of its mode. */
const ofOthers = 0o077

/** SQLite gives new files beside a database its mode. Existing files keep theirs. */
const suffixes = ['', '-wal', '-shm', '-journal']

/**
 * Creates a folder with its parents, or closes an existing one to others. A folder with other content (the working folder, a
 * home, one that everybody writes to) stays as it is. Its files are closed one by one, and `findOpenToOthers` names it.
 */
export function makePrivateFolder(folder: string): void {
  makeFolders(folder)
  if (!isShared(folder)) close(folder, privateFolderMode)
}

/**
 * The folders are made one by one. Node's recursive call never ends below /proc, where no folder can be made though its parent
 * exists.
 */
function makeFolders(folder: string): void {
  if (existsSync(folder)) return
  makeFolders(dirname(folder))
  try {
    mkdirSync(folder, { mode: privateFolderMode })
  } catch (error) {
    // Another process has made it in this very moment.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Creates a database file when it is absent, and closes it and those beside it to others. */
export function makePrivateFiles(file: string): void {
  if (!existsSync(file)) create(file)
  closeFiles(file)
}

/** Closes a file, and those of a database beside it, to others. */
export function closeFiles(file: string): void {
  for (const path of suffixes.map((suffix) => file + suffix)) if (existsSync(path)) close(path, privateMode)
}

/** The paths that other accounts of the machine may open: the folder of a database, its file and the files beside it. */
export function findOpenToOthers(file: string): Array<{ path: string; mode: string }> {
  const paths = [dirname(file), ...suffixes.map((suffix) => file + suffix)]
  return paths.flatMap((path) => {
    const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0
    return (mode & ofOthers) === 0 ? [] : [{ path, mode: (mode & 0o777).toString(8).padStart(4, '0') }]
  })
}

/** When this fails, opening the database fails, too, with a message of its own. */
function create(file: string): void {
  try {
    closeSync(openSync(file, 'a', privateMode))
  } catch {}
}

/** Only the owner may change the mode. `findOpenToOthers` reports the rest. Windows has no such modes. */
function close(path: string, mode: number): void {
  if (process.platform === 'win32') return
  try {
    if ((statSync(path).mode & ofOthers) !== 0) chmodSync(path, mode)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EPERM' && code !== 'EROFS' && code !== 'ENOENT') throw error
  }
}

function isShared(folder: string): boolean {
  const path = realpathSync(folder)
  const isSticky = (statSync(path).mode & 0o1000) !== 0
  return isSticky || [process.cwd(), homedir()].some((own) => isWithin(path, own))
}

/** Whether `inner` is the folder itself or lies in it. */
function isWithin(folder: string, inner: string): boolean {
  const way = relative(folder, inner)
  return way === '' || !(way === '..' || way.startsWith('../') || way.startsWith('/'))
}
