import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Cell, filledTable, insertRows } from '#server/store/insert-rows.ts'
import { openTestStore } from '../support/test-store.ts'

const versions = filledTable('record_version', {
  patient_id: 'text',
  type: 'text',
  id: 'text',
  version_id: 'integer',
  last_updated: 'bigint',
  deleted: 'integer',
  content: 'content',
})

const ranges = filledTable('record_range', {
  patient_id: 'text',
  parameter: 'bigint',
  record_no: 'bigint',
  low: 'double precision',
  high: 'double precision',
  unit: 'text',
})

const texts = [
  '',
  'NULL',
  'null',
  '{a,b}',
  'say "so"',
  'C:\\new\\',
  "it's",
  ' \t\n ',
  '\u{1f600}é\u2028',
  '$1',
  '?',
]
const numbers = [0, -0.1, 1e-300, Number.MAX_VALUE, -Number.MAX_VALUE, 9_007_199_254_740_991]

test('many rows at once are the same as each by itself, whatever stands in their cells', async () => {
  const store = await openTestStore()
  const { db } = store
  // More than any statement takes, and not a multiple of it.
  const rows = Array.from({ length: 1037 }, (_, index) => {
    const text = texts[index % texts.length] ?? ''
    return {
      patient_id: text,
      type: 'T',
      id: `i${index}`,
      version_id: index,
      last_updated: 1_700_000_000_000 + index,
      deleted: index % 2,
      content: `{"text":${JSON.stringify(text)}}`,
    }
  })
  const measured = rows.map(({ patient_id, version_id }, index) => ({
    patient_id,
    parameter: 281_474_976_710_655 - index,
    record_no: version_id,
    low: numbers[index % numbers.length] ?? 0,
    high: index / 7,
    unit: texts[(index + 3) % texts.length] ?? '',
  }))
  const read = async () => ({
    versions: await db.selectFrom('record_version').selectAll().orderBy('version_id').execute(),
    ranges: await db.selectFrom('record_range').selectAll().orderBy('record_no').execute(),
  })

  for (const row of rows) await db.insertInto('record_version').values(row).execute()
  for (const row of measured) await db.insertInto('record_range').values(row).execute()
  const oneByOne = await read()
  await db.deleteFrom('record_version').execute()
  await db.deleteFrom('record_range').execute()

  await db.transaction().execute((trx) =>
    insertRows(trx, [
      { into: versions, cells: rows.flatMap((row): Cell[] => Object.values(row)) },
      { into: ranges, cells: measured.flatMap((row): Cell[] => Object.values(row)) },
    ]),
  )
  assert.deepEqual(await read(), oneByOne)
  assert.equal(oneByOne.versions.length, 1037)
  await store.close()
})

test('a cell may be empty, and a batch may have no row for a table or for any', async () => {
  const store = await openTestStore()
  const { db } = store
  const dated = filledTable('record', {
    no: 'bigint',
    patient_id: 'text',
    type: 'text',
    id: 'text',
    version_id: 'integer',
    last_updated: 'bigint',
    practice_id: 'text',
    compartments: 'integer',
    date_start: 'bigint',
    date_end: 'bigint',
    content: 'content',
  })
  await db.transaction().execute(async (trx) => {
    await insertRows(trx, [])
    await insertRows(trx, [{ into: ranges, cells: [] }])
    await insertRows(trx, [
      { into: ranges, cells: [] },
      {
        into: dated,
        cells: [
          7,
          'p',
          'T',
          'a',
          1,
          0,
          'oak',
          1,
          null,
          5,
          '{}',
          8,
          'p',
          'T',
          'b',
          1,
          0,
          'oak',
          1,
          4,
          null,
          '{}',
        ],
      },
    ])
  })
  const rows = await db.selectFrom('record').select(['no', 'date_start', 'date_end']).orderBy('no').execute()
  assert.deepEqual(rows, [
    { no: 7, date_start: null, date_end: 5 },
    { no: 8, date_start: 4, date_end: null },
  ])
  await store.close()
})

test('a row whose key is there already undoes the whole transaction', async () => {
  const store = await openTestStore()
  const { db } = store
  const row = (no: number): Cell[] => ['p', 1, no, 0, 1, '']
  const insert = (...cells: Cell[]) =>
    db.transaction().execute((trx) => insertRows(trx, [{ into: ranges, cells }]))
  await insert(...row(30))
  const many = Array.from({ length: 40 }, (_, no) => row(no)).flat()
  await assert.rejects(insert(...many), (error: Error & { code?: string }) =>
    ['23505', 'SQLITE_CONSTRAINT_PRIMARYKEY'].includes(error.code ?? ''),
  )
  const { count } = await db
    .selectFrom('record_range')
    .select(({ fn }) => fn.countAll().as('count'))
    .executeTakeFirstOrThrow()
  assert.equal(Number(count), 1)
  await store.close()
})
