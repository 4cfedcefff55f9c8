import { createReadStream, createWriteStream, existsSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { OnpatientError } from '../../errors.ts'
import { privateMode } from '../private-files.ts'

/** Throws `not-found`. */
export function assertFile(file: string): void {
  if (!existsSync(file) || !statSync(file).isFile())
    throw new OnpatientError('not-found', `There is no file ${file}.`, { field: 'file' })
}

/** Writes a backup, compressed or not, as a database file. Throws `invalid-parameter` when it cannot be decompressed. */
export async function unpack(file: string, part: string): Promise<void> {
  const target = createWriteStream(part, { mode: privateMode })
  try {
    if (await isCompressed(file)) await pipeline(createReadStream(file), createGunzip(), target)
    else await pipeline(createReadStream(file), target)
  } catch (error) {
    if (error instanceof Error && 'code' in error && /^Z_/.test(String(error.code)))
      throw new OnpatientError('invalid-parameter', `${file} is damaged: it cannot be decompressed.`, {
        field: 'file',
        cause: error,
      })
    throw error
  }
}

/** The first bytes decide (RFC 1952 §2.3.1), not the name. */
async function isCompressed(file: string): Promise<boolean> {
  const handle = await open(file, 'r')
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0)
    return buffer[0] === 0x1f && buffer[1] === 0x8b
  } finally {
    await handle.close()
  }
}
