import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { privateMode } from '../store/private-files.ts'
import { type Compression, partName } from './export-folder.ts'

interface OpenFile {
  stream: Writable
  /** When all is on the disk. */
  written: Promise<void>
  destroy(): void
}

/** Files that records are appended to, one for each type. */
export interface PartFiles {
  append(type: string, content: string): Promise<void>
  /** Syncs the appended records to the disk, and returns the sizes of the files. */
  flush(): Promise<Map<string, number>>
  /** Drops the records that were not synced. */
  close(): Promise<void>
}

export function openPartFiles(folder: string, { gzip }: Compression): PartFiles {
  const open = new Map<string, OpenFile>()
  const pathOf = (type: string) => join(folder, partName(type, { gzip }))

  return {
    async append(type, content) {
      const file = open.get(type) ?? openFile(pathOf(type), { gzip })
      open.set(type, file)
      // Waits for the disk, so that records do not pile up in memory.
      if (!file.stream.write(`${content}\n`))
        await new Promise<void>((resolve, reject) => {
          file.stream.once('drain', resolve)
          file.written.catch(reject)
        })
    },
    async flush() {
      const sizes = new Map<string, number>()
      for (const { stream } of open.values()) stream.end()
      for (const [type, { written }] of open) {
        await written
        sizes.set(type, (await stat(pathOf(type))).size)
      }
      open.clear()
      return sizes
    },
    async close() {
      for (const { destroy } of open.values()) destroy()
      await Promise.allSettled([...open.values()].map(({ written }) => written))
      open.clear()
    },
  }
}

/**
 * In a compressed file each flush ends a member (RFC 1952 §2.2), so that the next member does not depend on a part that a stop
 * cut off.
 */
function openFile(path: string, { gzip }: Compression): OpenFile {
  const file = createWriteStream(path, { flags: 'a', mode: privateMode, flush: true })
  const stream = gzip ? createGzip() : file
  if (stream !== file) stream.pipe(file)
  const written = finished(file)
  // A later await throws the error. Until then the rejection counts as handled.
  written.catch(() => undefined)
  return {
    stream,
    written,
    destroy() {
      stream.destroy()
      file.destroy()
    },
  }
}
