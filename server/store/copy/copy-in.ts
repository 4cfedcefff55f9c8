import type { Client, Connection, Submittable } from 'pg'
import { quoted } from './copy-end.ts'
import type { Cell, Row } from './row-digest.ts'
import type { TableShape } from './table-shape.ts'

/** The part of the driver's connection that speaks PostgreSQL's sub-protocol for COPY (PostgreSQL 18, §54.2.6). */
interface CopyConnection extends Connection {
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
}

/** Adds rows by COPY, which takes them several times as fast as INSERT. */
export function copyIn(
  client: Client,
  { name, columns }: Pick<TableShape, 'name' | 'columns'>,
  rows: readonly Row[],
): Promise<void> {
  const statement = `copy ${quoted(name)} (${columns.map(quoted).join(', ')}) from stdin`
  const text = rows.map((row) => `${row.map(formatCell).join('\t')}\n`).join('')
  return new Promise((resolve, reject) => {
    let failure: Error | undefined
    const command = {
      submit: (connection: Connection) => (connection as CopyConnection).query(statement),
      handleCopyInResponse(connection: CopyConnection) {
        connection.sendCopyFromChunk(Buffer.from(text))
        connection.endCopyFrom()
      },
      handleCommandComplete: () => undefined,
      // A lost connection is reported only here. After an error of the statement the server is ready again.
      handleError(error: Error) {
        failure = error
        reject(error)
      },
      handleReadyForQuery: () => (failure ? undefined : resolve()),
    }
    client.query(command as Submittable)
  })
}

/** The text format of COPY (PostgreSQL 18, "COPY", File Formats). Its text cannot hold the character 0. */
function formatCell(cell: Cell): string {
  if (cell === null) return '\\N'
  if (Buffer.isBuffer(cell)) return `\\\\x${cell.toString('hex')}`
  return /[\\\t\n\r]/.test(cell) ? cell.replaceAll(/[\\\t\n\r]/g, (each) => escapes[each] ?? each) : cell
}

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }
