import { sql } from 'kysely'
import type { Db } from '#server/store/store.ts'
import { type Running, start } from './processes.ts'

/** The floor beside a server: what it answers lies in a table of the same database. */
export interface Floor {
  url: string
  running: Running
  /** Keeps an answer; returns its path. */
  keep(name: string, body: string): Promise<string>
  /** Keeps an answer that is put together from answers that are kept already; returns its path. */
  keepJoined(name: string, body: string, records: ReadonlyMap<string, string>): Promise<string>
}

export async function startFloor(db: Db, databaseUrl: string): Promise<Floor> {
  await sql`create table floor_answer (name text primary key, body text not null)`.execute(db)
  const running = await start(['bench/floor-server.ts', databaseUrl], /^(\d+)$/)
  const insert = (name: string, body: string) =>
    sql`insert into floor_answer (name, body) values (${name}, ${body})`.execute(db)
  return {
    url: `http://127.0.0.1:${running.address}`,
    running,
    async keep(name, body) {
      await insert(name, body)
      return `/answer/${name}`
    },
    async keepJoined(name, body, records) {
      await insert(`parts-of-${name}`, JSON.stringify(cutUp(body, records)))
      return `/joined/${name}`
    },
  }
}

/** Where the records stand in an answer, and what stands between them. */
function cutUp(body: string, records: ReadonlyMap<string, string>): { records: string[]; pieces: string[] } {
  const found = [...records]
    .map(([name, content]) => ({ name, content, at: body.indexOf(content) }))
    .filter(({ at }) => at >= 0)
    .sort((one, other) => one.at - other.at)
  const pieces: string[] = []
  let end = 0
  for (const { at, content } of found) {
    pieces.push(body.slice(end, at))
    end = at + content.length
  }
  return { records: found.map(({ name }) => name), pieces: [...pieces, body.slice(end)] }
}
