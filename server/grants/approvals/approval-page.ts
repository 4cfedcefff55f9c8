import type { ApprovalPage } from './approval.ts'

export const approvalPageSize = 50

/** Makes a page of rows of which one more than a page was read. */
export function toPage<Row, Entry extends { id: string }>(
  rows: readonly Row[],
  toEntry: (row: Row) => Entry,
): ApprovalPage<Entry> {
  const entries = rows.slice(0, approvalPageSize).map(toEntry)
  return { entries, next: rows.length > approvalPageSize ? entries.at(-1)?.id : undefined }
}
