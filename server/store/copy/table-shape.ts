/** A table as both ends of a copy must have it. */
export interface TableShape {
  name: string
  columns: string[]
  /** The columns of the primary key in its order; empty when there is none. */
  key: string[]
  /** Tables that its foreign keys lead to. */
  references: string[]
}

/** How far a table had come when its last batch was committed. */
export interface TableProgress {
  rows: number
  digest: string
  isDone: boolean
}

/** The table in which a target notes the progress of a copy. It is removed when the copy is complete. */
export const progressTable = 'copy_progress'

/** Tables that say how the database was made rather than what it holds. */
export function isContent(table: string): boolean {
  return table !== progressTable && !table.startsWith('kysely_') && !table.startsWith('sqlite_')
}

/** Sorts the tables, so that each comes after those that its foreign keys lead to. */
export function inOrderOfReferences(shapes: readonly TableShape[]): TableShape[] {
  const byName = new Map(shapes.map((shape) => [shape.name, shape]))
  const ordered = new Set<TableShape>()
  function add(shape: TableShape, above: readonly string[]): void {
    if (above.includes(shape.name))
      throw new Error(`these tables refer to each other in a circle: ${[...above, shape.name].join(', ')}`)
    for (const name of shape.references) {
      const referred = byName.get(name)
      if (referred && referred !== shape) add(referred, [...above, shape.name])
    }
    ordered.add(shape)
  }
  for (const shape of shapes.toSorted((a, b) => (a.name < b.name ? -1 : 1))) add(shape, [])
  return [...ordered]
}

/** The tables and columns in which two databases differ, in words; empty when they agree. */
export function differencesOf(source: readonly TableShape[], target: readonly TableShape[]): string[] {
  const describe = (shapes: readonly TableShape[]) =>
    new Set(shapes.flatMap(({ name, columns }) => columns.map((column) => `${name}.${column}`)))
  const here = describe(source)
  const there = describe(target)
  return [
    ...[...here].filter((column) => !there.has(column)).map((column) => `${column} is missing in the target`),
    ...[...there].filter((column) => !here.has(column)).map((column) => `${column} is missing in the source`),
  ]
}
