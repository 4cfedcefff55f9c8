import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestStore } from '../../../test/support/test-store.ts'
import { up } from './0014-attachments.ts'

test('records from before cite their attachments after it, each once', async () => {
  await using stack = new AsyncDisposableStack()
  const { db, close } = await openTestStore()
  stack.defer(close)
  const rowOf = (no: number, id: string, content: object) => ({
    no,
    id,
    patient_id: 'ana',
    type: 'DocumentReference',
    version_id: 1,
    last_updated: 5,
    practice_id: 'oak',
    compartments: 1,
    date_start: null,
    date_end: null,
    content: JSON.stringify(content),
  })
  const content = (url: string) => ({ attachment: { contentType: 'text/plain', url } })
  const rows = Array.from({ length: 600 }, (_, index) =>
    rowOf(index + 1, `d${index}`, content(`Binary/b${index}`)),
  )
  rows.push(
    rowOf(601, 'two', [content('Binary/x'), content('Binary/x/_history/2'), content('Binary/y')]),
    rowOf(602, 'elsewhere', content('https://files.example.org/Binary/z')),
  )
  for (const row of rows) await db.insertInto('record').values(row).execute()
  await up(db as never)
  const cited = await db
    .selectFrom('record_citation')
    .selectAll()
    .where('target_type', '=', 'Binary')
    .execute()
  assert.equal(cited.length, 602)
  assert.deepEqual(
    cited
      .filter(({ source_id }) => source_id === 'two')
      .map(({ patient_id, target_id }) => [patient_id, target_id])
      .toSorted(),
    [
      ['ana', 'x'],
      ['ana', 'y'],
    ],
  )
})
