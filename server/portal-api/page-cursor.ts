import { z } from 'zod'
import type { PageKey } from '#server/access/access.ts'
import { OnpatientError } from '../errors.ts'

// Only the characters of ids: PostgreSQL takes no NUL in a text.
const id = z.string().regex(/^[A-Za-z0-9.-]{0,200}$/)
const shape = z.tuple([id, id])

/**
 * The place in a list as text. It needs no signature: it only says where a list goes on, and the list has only records that the account may
 * read.
 */
export function formatCursor(key: PageKey | undefined): string | null {
  return key ? Buffer.from(JSON.stringify([key.patientId, key.id])).toString('base64url') : null
}

export function parseCursor(text: string | undefined): PageKey | undefined {
  if (text === undefined) return undefined
  const parts = shape.safeParse(parseJson(Buffer.from(text, 'base64url').toString('utf8')))
  if (!parts.success)
    throw new OnpatientError('invalid-parameter', 'The cursor must be the "next" of an earlier answer.', {
      field: 'cursor',
    })
  const [patientId, id] = parts.data
  return { patientId, id }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
