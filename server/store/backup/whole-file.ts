import { open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Waits until a file, or the names in a folder, are on the disk. */
export async function bringToDisk(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export async function bringNamesToDisk(file: string): Promise<void> {
  // Windows cannot do that and throws.
  await bringToDisk(dirname(file)).catch(() => undefined)
}

/** A name beside a file for its unfinished content. Leftovers of an earlier run and of this one are removed. */
export async function besides<Result>(
  file: string,
  work: (part: string) => Promise<Result>,
): Promise<Result> {
  const part = `${file}.part`
  const remove = async () => {
    for (const suffix of ['', '-journal', '-wal', '-shm']) await rm(`${part}${suffix}`, { force: true })
  }
  await remove()
  try {
    return await work(part)
  } finally {
    await remove()
  }
}
