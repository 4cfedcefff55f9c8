import { resolve } from 'node:path'
import { OnpatientError } from '../../errors.ts'
import type { StoreSetting } from '../../settings.ts'
import { assertCurrent } from '../migrate.ts'
import { openStore } from '../store.ts'
import type { CopySource, CopyTarget } from './copy-end.ts'
import { openPostgresSource, openPostgresTarget } from './postgres-end.ts'
import { type Row, RowDigest } from './row-digest.ts'
import { openSqliteSource, openSqliteTarget } from './sqlite-end.ts'
import {
  differencesOf,
  inOrderOfReferences,
  isContent,
  progressTable,
  type TableProgress,
  type TableShape,
} from './table-shape.ts'

export interface CopyProgress {
  step: 'copying' | 'checking'
  table: string
  rows: number
  rowsTotal: number
}

/** The rows of a table in both databases, and whether they are equal in every column. */
export interface CopiedTable {
  name: string
  sourceRows: number
  targetRows: number
  isSame: boolean
}

export interface CopyOutcome {
  tables: CopiedTable[]
  /** Rows that were there already when this run went on with an earlier one. */
  rowsFromBefore: number
  /** True when an earlier run was given up because the source has changed since. */
  beganAnew: boolean
  /** The reason why the source may have more data by now. The target is then not released for use. */
  laterWrites: string | undefined
}

interface CopyOptions {
  from: StoreSetting
  to: StoreSetting
  onProgress?(progress: CopyProgress): void
}

/**
 * Copies everything in one database into another that is empty, and compares the two row by row. The same call continues a run
 * that was stopped, even by `kill -9`. Until the copy is complete no server starts on the target. Throws `invalid-parameter` for
 * a target that cannot be filled and `conflict` for a source of another version.
 */
export async function copyDatabase({ from, to, onProgress }: CopyOptions): Promise<CopyOutcome> {
  if (isSameDatabase(from, to))
    throw refuse('It names the database that DATABASE_URL names. Name another one.')
  const source = await openSource(from)
  try {
    assertCurrent(await source.listMigrations())
    const shapes = inOrderOfReferences((await source.listTables()).filter(({ name }) => isContent(name)))
    await createTables(to)
    return await fill(source, await openTarget(to), shapes, onProgress)
  } finally {
    await source.close()
  }
}

async function fill(
  source: CopySource,
  target: CopyTarget,
  shapes: readonly TableShape[],
  onProgress: CopyOptions['onProgress'] = () => undefined,
): Promise<CopyOutcome> {
  try {
    if (!(await target.takeLock()))
      throw refuse('Another program uses the target at this moment. Stop it, then run this again.')
    await prepareTarget(target, shapes)
    return await new Copy(source, target, shapes, onProgress).run()
  } finally {
    await target.close()
  }
}

class Copy {
  readonly #source: CopySource
  readonly #target: CopyTarget
  readonly #shapes: readonly TableShape[]
  readonly #onProgress: (progress: CopyProgress) => void
  readonly #digests = new Map<string, RowDigest>()
  #rows = 0
  #rowsTotal = 0

  constructor(
    source: CopySource,
    target: CopyTarget,
    shapes: readonly TableShape[],
    onProgress: (progress: CopyProgress) => void,
  ) {
    this.#source = source
    this.#target = target
    this.#shapes = shapes
    this.#onProgress = onProgress
  }

  async run(): Promise<CopyOutcome> {
    for (const shape of this.#shapes) this.#rowsTotal += await this.#source.count(shape)
    let rowsFromBefore = await this.#copyTables()
    const beganAnew = rowsFromBefore === undefined
    if (beganAnew) {
      await this.#target.clear(this.#shapes)
      rowsFromBefore = await this.#copyTables()
    }
    const tables = await this.#compare()
    const laterWrites = await this.#source.findLaterWrites()
    if (laterWrites === undefined && tables.every(({ isSame }) => isSame))
      await this.#target.finish(this.#shapes)
    return { tables, rowsFromBefore: rowsFromBefore ?? 0, beganAnew, laterWrites }
  }

  /** The number of rows that an earlier run had copied. Undefined when they differ from the source by now. */
  async #copyTables(): Promise<number | undefined> {
    const progress = await this.#target.readProgress()
    this.#rows = 0
    let before = 0
    for (const shape of this.#shapes) {
      const noted = progress.get(shape.name)
      // Without an order of rows nobody knows which ones were copied.
      const mustBeginAgain = noted !== undefined && !noted.isDone && shape.key.length === 0
      if (mustBeginAgain) await this.#target.clear([shape])
      const skipped = mustBeginAgain ? undefined : noted
      if (!(await this.#copyTable(shape, skipped))) return undefined
      before += skipped?.rows ?? 0
    }
    return before
  }

  /** False when the source no longer begins with the rows that were copied before. */
  async #copyTable(shape: TableShape, noted?: TableProgress): Promise<boolean> {
    const digest = new RowDigest()
    this.#digests.set(shape.name, digest)
    let writing = Promise.resolve()
    const write = async (rows: readonly Row[], { isDone }: { isDone: boolean }) => {
      const state = { rows: digest.rows, digest: String(digest), isDone }
      await writing
      // The next batch is read while the target takes this one. The next write throws its error.
      writing = this.#target.write(shape, rows, state)
      writing.catch(() => undefined)
    }
    for await (const batch of this.#source.read(shape)) {
      const rows = this.#target.kind === 'postgres' ? batch.map(withoutNul) : batch
      const fresh = pickFresh(rows, digest, noted)
      if (!fresh) return false
      if (fresh.length > 0) await write(fresh, { isDone: false })
      this.#report('copying', shape, batch.length)
    }
    if (noted && digest.rows < noted.rows) return false
    if (!noted?.isDone) await write([], { isDone: true })
    await writing
    return true
  }

  async #compare(): Promise<CopiedTable[]> {
    this.#rows = 0
    const tables: CopiedTable[] = []
    for (const shape of this.#shapes) {
      const there = new RowDigest()
      for await (const batch of this.#target.read(shape)) {
        for (const row of batch) there.add(row)
        this.#report('checking', shape, batch.length)
      }
      const here = this.#digests.get(shape.name) ?? new RowDigest()
      tables.push({
        name: shape.name,
        sourceRows: here.rows,
        targetRows: there.rows,
        isSame: here.rows === there.rows && String(here) === String(there),
      })
    }
    return tables
  }

  #report(step: CopyProgress['step'], { name }: TableShape, rows: number): void {
    this.#rows += rows
    this.#onProgress({ step, table: name, rows: this.#rows, rowsTotal: this.#rowsTotal })
  }
}

/**
 * The rows of a batch that are not in the target yet. All rows are added to the digest. Undefined when the rows in the target are
 * other ones.
 */
function pickFresh(
  rows: readonly Row[],
  digest: RowDigest,
  noted: TableProgress | undefined,
): Row[] | undefined {
  const fresh: Row[] = []
  for (const row of rows) {
    const isThere = noted !== undefined && digest.rows < noted.rows
    if (!isThere && noted?.isDone) return undefined
    digest.add(row)
    if (!isThere) fresh.push(row)
    else if (digest.rows === noted.rows && String(digest) !== noted.digest) return undefined
  }
  return fresh
}

/** PostgreSQL's text cannot hold the character 0; on its way to the table it is replaced, as in every other write. */
function withoutNul(row: Row): Row {
  return row.some((cell) => typeof cell === 'string' && cell.includes('\0'))
    ? row.map((cell) => (typeof cell === 'string' ? cell.replaceAll('\0', '\u{fffd}') : cell))
    : row
}

async function openSource(setting: StoreSetting): Promise<CopySource> {
  return setting.kind === 'sqlite' ? openSqliteSource(setting.file) : openPostgresSource(setting.url)
}

async function openTarget(setting: StoreSetting): Promise<CopyTarget> {
  return setting.kind === 'sqlite' ? openSqliteTarget(setting.file) : openPostgresTarget(setting.url)
}

/** Gives its tables to a database that has none, and leaves every other as it is. */
async function createTables(setting: StoreSetting): Promise<void> {
  const target = await openTarget(setting)
  const tables = await target.listTables().finally(() => target.close())
  if (tables.length > 0) return
  const store = await openStore(setting)
  await store.close()
}

/** Makes sure that the target is empty, or that an earlier run began to fill it. */
async function prepareTarget(target: CopyTarget, shapes: readonly TableShape[]): Promise<void> {
  const there = await target.listTables()
  const advice = 'Create an empty database and name that one. Nothing was changed.'
  const migrations = await target.listMigrations()
  if (migrations.length === 0) throw refuse(`The target has tables of another program. ${advice}`)
  assertCurrent(migrations)
  const content = there.filter(({ name }) => isContent(name))
  const [difference] = differencesOf(shapes, content)
  if (difference) throw refuse(`The target has other tables than this version: ${difference}. ${advice}`)
  if (there.some(({ name }) => name === progressTable)) return
  for (const shape of shapes) {
    const count = await target.count(shape)
    if (count === 0) continue
    const rows = count === 1 ? 'a row' : `${count} rows`
    throw refuse(`The target is not empty: its table ${shape.name} has ${rows}. ${advice}`)
  }
  await target.createProgress()
}

function isSameDatabase(from: StoreSetting, to: StoreSetting): boolean {
  return from.kind === 'sqlite' && to.kind === 'sqlite'
    ? resolve(from.file) === resolve(to.file)
    : from.kind === 'postgres' && to.kind === 'postgres' && from.url === to.url
}

function refuse(message: string): OnpatientError {
  return new OnpatientError('invalid-parameter', message, { field: '--to' })
}
